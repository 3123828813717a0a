"""Leaks that no column shows by itself; and honest columns that are as near to one as honest ones come."""

import numpy as np
import pytest

from mlops_validators.joint_leaks import revealing_pairs
from mlops_validators.oversampled import rows_between
from mlops_validators.target_encodings import encodings
from mlops_validators.text_parts import text_parts

BINARY, REGRESSION = "binary-classification", "regression"


def drawn(rows=2000, seed=0):
    rng = np.random.default_rng(seed)
    columns = {f"x{place}": rng.normal(size=rows) for place in range(4)}
    truth = (columns["x0"] + columns["x1"] + rng.logistic(size=rows) > 0.5).astype(int)
    return rng, columns, truth


def test_honest_columns_are_left_alone():
    rng, columns, truth = drawn()
    agent = rng.integers(0, 500, 2000)
    honest = rng.normal(size=500)[agent]  # an agent's own, such as an age
    before = rng.binomial(3, 0.4, 500)[agent] / 3  # the rate of the agent's last three, without these rows

    assert revealing_pairs(columns, truth, BINARY) == []
    assert encodings({**columns, "age": honest, "before": before}, {"agent": agent}, truth, BINARY) == []
    assert rows_between(np.column_stack([*columns.values()]), truth, np.arange(2000) < 500)[0] == 0


def test_two_clearly_separated_classes_are_no_leak():
    """Where all columns together tell as much, two that do so are no finding."""
    rng, _, truth = drawn()
    columns = {f"x{place}": 3.2 * truth + rng.normal(size=2000) for place in range(5)}

    assert revealing_pairs(columns, truth, BINARY) == []


@pytest.mark.parametrize("made", [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: b / a])
def test_a_number_that_two_make_up(made):
    rng = np.random.default_rng(0)
    one, two = rng.lognormal(3, 1, 500), rng.lognormal(2, 1, 500)

    found = revealing_pairs({"noise": rng.normal(size=500), "one": one, "two": two}, made(one, two), REGRESSION)

    assert [each.column for each in found] == ["one and two"]


@pytest.mark.parametrize("weight", [0.0, 10.0])
def test_a_rate_of_few_rows_is_found_smoothed_or_not(weight):
    rng, columns, truth = drawn()
    agent = rng.permutation(np.arange(2000) // 4)
    sums, rows = np.bincount(agent, truth)[agent], np.bincount(agent)[agent]
    rate = (sums + weight * truth.mean()) / (rows + weight)

    found = encodings({**columns, "rate": rate}, {"agent": agent}, truth, BINARY)

    assert [each.column for each in found] == ["rate"]


def test_a_mean_of_a_number_is_found_too():
    rng = np.random.default_rng(0)
    agent, truth = np.arange(900) // 3, rng.normal(size=900)
    mean = (np.bincount(agent, truth) / 3)[agent]

    assert encodings({"mean": mean}, {"agent": agent}, truth, REGRESSION)[0].column == "mean"
    assert encodings({"mean": mean + rng.normal(size=900)}, {"agent": agent}, truth, REGRESSION) == []


def test_rows_made_of_others_on_one_side_are_no_leak():
    rng = np.random.default_rng(0)
    known = rng.normal(size=(400, 5))
    made = known[:80] + rng.random((80, 1)) * (known[80:160] - known[:80])
    rows, kind = np.concatenate([known, made]), np.zeros(480, dtype=int)

    across, alone = np.arange(480) < 60, (np.arange(480) >= 200) & (np.arange(480) < 400)

    assert rows_between(rows, kind, across)[0] >= 5
    assert rows_between(rows, kind, alone)[0] == 0


def test_whole_numbers_are_on_many_lines_by_chance():
    grid = np.random.default_rng(0).integers(0, 9, (3000, 5)).astype(float)

    assert rows_between(grid, np.zeros(3000, dtype=int), np.arange(3000) < 700)[0] == 0


def test_parts_of_texts():
    texts = [f"{number}-{'KB' if number % 3 else 'SB'}" for number in range(1000, 1300)]

    assert [name for name in text_parts(texts) if "end" not in name] == ["part 2"]
    assert text_parts(["red", "blue"] * 200) == {}
    assert text_parts(np.arange(300)) == {}
    assert text_parts([None] * 300) == {}
