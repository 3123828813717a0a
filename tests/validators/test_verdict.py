"""What is unknown never passes; the truth at the bound rarely does."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_validators import Interval, interval, judge, judge_non_inferior, paired_difference
from mlops_validators.verdict import FEWEST_ROWS, rows_to_settle

FOUND = Interval(0.78, 0.76, 0.80, "delong")


@pytest.mark.parametrize(
    ("bounds", "verdict"),
    [
        ({"minimum": 0.76}, "pass"),
        ({"minimum": 0.77}, "inconclusive"),
        ({"minimum": 0.80}, "inconclusive"),
        ({"minimum": 0.81}, "fail"),
        ({"maximum": 0.80}, "pass"),
        ({"maximum": 0.79}, "inconclusive"),
        ({"maximum": 0.75}, "fail"),
        ({"minimum": 0.70, "maximum": 0.90}, "pass"),
        ({"minimum": 0.70, "maximum": 0.79}, "inconclusive"),
        ({"minimum": 0.77, "maximum": 0.75}, "ValueError"),
        ({"minimum": 0.81, "maximum": 0.90}, "fail"),
    ],
)
def test_an_interval_against_its_bounds(bounds, verdict):
    if verdict == "ValueError":
        with pytest.raises(ValueError, match="nothing can pass"):
            judge(FOUND, rows=1000, **bounds)
    else:
        assert judge(FOUND, rows=1000, **bounds).verdict == verdict


@pytest.mark.parametrize("bound", [None, float("nan"), float("inf"), -float("inf")])
def test_a_gate_without_a_bound_is_an_error(bound):
    with pytest.raises(ValueError, match=r"bound|cannot fail"):
        judge(FOUND, minimum=bound, rows=1000)


anything = st.floats(allow_nan=True, allow_infinity=True)


@given(anything, anything, anything)
def test_only_a_finite_ordered_interval_is_ever_judged(value, low, high):
    found = Interval(value, low, high, "bca")

    verdict = judge(found, minimum=-1e308, rows=1000).verdict

    if not found.known or low == high:
        assert verdict == "inconclusive"


@pytest.mark.parametrize(
    "broken",
    [
        Interval(float("nan"), 0.9, 0.99, "bca"),
        Interval(0.95, float("nan"), 0.99, "bca"),
        Interval(0.95, 0.9, float("inf"), "bca"),
        Interval(0.95, 0.99, 0.9, "bca"),
        Interval(0.95, 0.95, 0.95, "bca"),
    ],
    ids=["value", "low", "high", "order", "width"],
)
def test_what_is_unknown_does_not_pass(broken):
    found = judge(broken, minimum=0.5, rows=10_000)

    assert found.verdict == "inconclusive"
    assert found.reason


@pytest.mark.parametrize("rows", [0, 1, FEWEST_ROWS - 1])
def test_too_few_rows_do_not_pass(rows):
    assert judge(FOUND, minimum=0.1, rows=rows).verdict == "inconclusive"
    assert judge_non_inferior(Interval(0, 0, 0, "delong"), 0.1, True, rows=rows).verdict == "inconclusive"


@pytest.mark.parametrize(
    ("low", "high", "higher_is_better", "verdict"),
    [
        (-0.004, 0.006, True, "pass"),
        (-0.006, 0.006, True, "inconclusive"),
        (-0.009, -0.006, True, "fail"),
        (-0.006, 0.004, False, "pass"),
        (-0.006, 0.006, False, "inconclusive"),
        (0.006, 0.009, False, "fail"),
    ],
)
def test_non_inferiority(low, high, higher_is_better, verdict):
    found = judge_non_inferior(Interval((low + high) / 2, low, high, "delong"), 0.005, higher_is_better, rows=5000)

    assert found.verdict == verdict


def test_a_champion_that_is_the_candidate_is_noticed():
    rng = np.random.default_rng(1)
    truth, score = rng.integers(0, 2, 500), rng.random(500)

    found = judge_non_inferior(paired_difference("roc_auc", truth, score, score), 0.0, True, rows=500)

    assert found.verdict == "pass"
    assert "the same model?" in found.reason


@pytest.mark.parametrize("margin", [-0.1, float("nan"), float("inf")])
def test_a_margin_that_is_none(margin):
    with pytest.raises(ValueError, match="margin"):
        judge_non_inferior(FOUND, margin, True, rows=1000)


def test_the_rows_that_would_settle_it_do():
    """With four times the rows an interval is half as wide."""
    assert rows_to_settle(FOUND, 0.77, 1000) == 4000
    assert rows_to_settle(FOUND, 0.78, 1000) is None
    assert judge(Interval(0.78, 0.77, 0.79, "delong"), minimum=0.77, rows=4000).verdict == "pass"


def verdicts_at(truth, *, minimum, rows=800, times=400):
    """How often each verdict comes when the accuracy is `truth` in truth."""
    rng = np.random.default_rng(7)
    found = []
    for _ in range(times):
        y = rng.integers(0, 2, rows)
        right = rng.random(rows) < truth
        score = np.where(right, y, 1 - y) * 0.8 + 0.1
        found.append(judge(interval("accuracy", y, score), minimum=minimum, rows=rows).verdict)
    return {verdict: found.count(verdict) / times for verdict in ("pass", "fail", "inconclusive")}


def test_operating_characteristics():
    at, above, below = (verdicts_at(truth, minimum=0.8) for truth in (0.80, 0.85, 0.75))

    assert at["pass"] <= 0.05
    assert at["fail"] <= 0.05
    assert above["pass"] >= 0.9
    assert above["fail"] == 0
    assert below["fail"] >= 0.85
    assert below["pass"] == 0
