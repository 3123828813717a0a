"""What is computed takes at most twice the memory of its input on top of it: three times the input in all."""

import tracemalloc
from functools import partial

import numpy as np
import pytest

from mlops_validators import MEASURES, estimate, interval, intervals, paired_difference
from mlops_validators.calibration import brier_parts
from mlops_validators.drift import drift
from mlops_validators.fairness import count_groups, disparity_interval
from mlops_validators.leak import near_twins
from mlops_validators.robustness import applies, perturb
from mlops_validators.target_leaks import predictive_power
from mlops_validators.weak_slices import search_slices
from tests.validators.texts import taken, texts

ROWS = 100_000
MANY = 300_000  # where one block of rows would count
MOST = 2.0
CASES = [(name, task) for name, measure in MEASURES.items() for task in measure.tasks]


def peak(call):
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def over(call, *arrays):
    """The peak of what a call allocates, as a multiple of its input, to two digits."""
    return round(peak(call) / sum(map(taken, arrays)), 2)


def answers(task, rows=ROWS):
    """The truth, and two models' answers."""
    rng = np.random.default_rng(0)
    if task == "regression":
        truth = 10 + rng.normal(size=rows)
        return truth, truth + rng.normal(size=rows), truth + rng.normal(size=rows)
    if task == "forecasting":
        truth, naive, season = rng.normal(40, 2, rows) + rng.normal(size=(3, rows)) * [[0], [3], [2.5]]
        known = [np.full(rows, 2.0), np.full(rows, 6.0), np.arange(rows) % 4, naive, season]
        return np.column_stack([truth, *known]), truth + rng.normal(size=rows), truth + rng.normal(size=rows)
    if task == "generation":
        fewer = rows // 3  # which each take longer
        return (*texts(rng, fewer), texts(rng, fewer)[1])
    if task == "multiclass-classification":
        return rng.integers(0, 3, rows), rng.dirichlet(np.ones(3), rows), rng.dirichlet(np.ones(3), rows)
    if task == "multilabel-classification":
        return (rng.random((rows, 3)) < 0.3).astype(int), rng.random((rows, 3)), rng.random((rows, 3))
    return (rng.random(rows) < 0.3).astype(int), rng.random(rows), rng.random(rows)


@pytest.mark.parametrize(("name", "task"), CASES)
def test_an_estimate(name, task):
    one_by_one = task == "generation" and not name.startswith("chrf")  # texts in no blocks, which takes longest
    truth, score, _ = answers(task, MANY // 10 if one_by_one else MANY)

    assert over(partial(estimate, name, truth, score), truth, score) <= MOST


@pytest.mark.quick("roc_auc-binary-classification", "r2-regression")
@pytest.mark.parametrize(("name", "task"), CASES)
def test_an_interval(name, task):
    truth, score, _ = answers(task)

    assert over(partial(interval, name, truth, score, resamples=100), truth, score) <= MOST


@pytest.mark.quick("binary-classification")
@pytest.mark.parametrize("task", ["binary-classification", "multiclass-classification", "regression"])
def test_all_intervals_of_a_task(task):
    truth, score, _ = answers(task)
    names = [name for name, of in CASES if of == task]

    assert over(partial(intervals, names, truth, score, resamples=100), truth, score) <= MOST


@pytest.mark.quick("f1-binary-classification", "log_loss-multiclass-classification")
@pytest.mark.parametrize(("name", "task"), CASES)
def test_a_paired_difference(name, task):
    given = answers(task)

    assert over(partial(paired_difference, name, *given, resamples=100), *given) <= MOST


@pytest.mark.quick("percentile")
@pytest.mark.parametrize("method", ["bca", "percentile"])
def test_the_bootstrap_of_an_area(method):
    given = answers("binary-classification")

    assert over(partial(interval, "roc_auc", *given[:2], method=method, resamples=100), *given[:2]) <= MOST
    assert over(partial(paired_difference, "roc_auc", *given, method=method, resamples=100), *given) <= MOST


@pytest.mark.quick("roc_auc-groups")
@pytest.mark.parametrize("how", ["groups", "strata"])
@pytest.mark.parametrize("name", ["roc_auc", "f1", "brier_score", "expected_calibration_error"])
def test_rows_that_are_not_drawn_singly(name, how):
    truth, score, _ = answers("binary-classification")
    of = np.random.default_rng(1).integers(0, ROWS // 10, ROWS)

    assert over(partial(interval, name, truth, score, resamples=100, **{how: of}), truth, score, of) <= MOST


@pytest.mark.parametrize("kind", [int, str, object])
def test_a_disparity(kind):
    truth, score, _ = answers("binary-classification")
    label = (score > 0.5).astype(int)
    group = np.array(["one", "two", "three"])[np.random.default_rng(1).integers(0, 3, ROWS)].astype(object)
    by = np.random.default_rng(1).integers(0, 3, ROWS) if kind is int else group.astype(kind)

    def measured():
        return disparity_interval("equalized_odds_difference", count_groups(truth, label, by))

    assert over(measured, truth, label, by) <= MOST


@pytest.mark.parametrize("method", ["psi", "ks", "chi2", "jensen_shannon", "wasserstein"])
@pytest.mark.parametrize("kind", [float, int, str])
def test_drift(method, kind):
    if kind is str and method in {"ks", "wasserstein"}:
        pytest.skip("texts have no distance")
    rng = np.random.default_rng(2)
    sides = [(rng.normal(size=ROWS) * (20 if kind is str else 1e6)).astype(int).astype(kind) for _ in range(2)]

    assert over(partial(drift, method, *sides), *sides) <= MOST


def test_the_parts_of_a_brier_score():
    truth, score, _ = answers("binary-classification")

    assert over(partial(brier_parts, truth, score), truth, score) <= MOST


@pytest.mark.parametrize("rate", [0.1, 1.0])
@pytest.mark.parametrize("kind", ["missing", "noise", "unseen_category", "shift", "rounding"])
@pytest.mark.parametrize("of", ["numbers", "gaps", "whole numbers", "categories"])
def test_a_perturbed_column(of, kind, rate):
    rng = np.random.default_rng(4)
    number = rng.normal(size=MANY)
    column = {
        "numbers": number,
        "gaps": np.where(rng.random(MANY) < 0.01, np.nan, number),
        "whole numbers": rng.integers(0, 1000, MANY),
        "categories": np.array(["one", "two", None], dtype=object)[rng.integers(0, 3, MANY)],
    }[of]
    if not applies(kind, column):
        pytest.skip("the kind does not fit the column")

    assert over(partial(perturb, kind, column, rate=rate, seed=0), column) <= MOST


@pytest.mark.quick("brier_score")
@pytest.mark.parametrize("name", [name for name, task in CASES if task == "binary-classification"])
def test_a_search_of_slices(name):
    """Of two slices one is a copy of nearly all rows."""
    truth, score, _ = answers("binary-classification", MANY)
    place = (np.random.default_rng(5).random(MANY) < 0.01).astype(int)
    searched = partial(search_slices, name, truth, score, {"place": place}, resamples=100)

    assert over(searched, truth, score, place) <= MOST


def test_a_search_of_pairs_of_slices():
    truth, score, amount = answers("binary-classification")
    place = np.array(["york", "kent", None], dtype=object)[np.random.default_rng(6).integers(0, 3, ROWS)]
    searched = partial(search_slices, "accuracy", truth, score, {"place": place, "amount": amount}, depth=2)

    assert over(searched, truth, score, place, amount) <= MOST


def test_a_search_of_slices_whose_rows_depend_on_each_other():
    truth, score, _ = answers("binary-classification")
    place, customer = (np.random.default_rng(5).random(ROWS) < 0.01).astype(int), np.arange(ROWS) // 3
    searched = partial(search_slices, "f1", truth, score, {"place": place}, groups=customer, resamples=100)

    assert over(searched, truth, score, place, customer) <= MOST


@pytest.mark.parametrize("columns", [1, 2, 3, 10])
@pytest.mark.parametrize("of", ["numbers", "few numbers"])
def test_near_twins(of, columns):
    rng = np.random.default_rng(7)
    column = {"numbers": rng.normal, "few numbers": lambda size: rng.integers(0, 20, size)}[of]

    assert over_sides(column, columns) <= MOST


@pytest.mark.parametrize("columns", [2, 3, 10])
def test_near_twins_of_texts(columns):
    rng = np.random.default_rng(7)
    words = np.array(["one", "two", None], dtype=object)

    assert over_sides(lambda size: words[rng.integers(0, 3, size)], columns) <= MOST


def over_sides(column, columns):
    train, test = ({f"c{k}": column(size=rows) for k in range(columns)} for rows in (ROWS, ROWS // 4))
    return over(partial(near_twins, train, test), *train.values(), *test.values())


@pytest.mark.parametrize("task", ["binary-classification", "regression"])
@pytest.mark.parametrize("of", ["numbers", "categories"])
def test_the_power_of_a_feature(of, task):
    truth, number, _ = answers(task)
    names = np.array(["one", "two", None], dtype=object)
    feature = number if of == "numbers" else names[np.random.default_rng(8).integers(0, 3, ROWS)]

    assert over(partial(predictive_power, feature, truth, task), feature, truth) <= MOST
