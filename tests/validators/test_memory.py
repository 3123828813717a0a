"""What is computed takes at most twice the memory of its input on top of it: three times the input in all."""

import tracemalloc
from functools import partial

import numpy as np
import pytest

from mlops_validators import MEASURES, interval, paired_difference
from mlops_validators.domain import domain_auc
from mlops_validators.drift import drift
from mlops_validators.fairness import count_groups, disparity_interval

ROWS = 100_000
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
    """The peak of what a call allocates, as a multiple of its input."""
    return peak(call) / sum(array.nbytes for array in arrays)


def answers(task):
    """The truth, and two models' answers."""
    rng = np.random.default_rng(0)
    if task == "regression":
        truth = 10 + rng.normal(size=ROWS)
        return truth, truth + rng.normal(size=ROWS), truth + rng.normal(size=ROWS)
    if task == "multiclass-classification":
        return rng.integers(0, 3, ROWS), rng.dirichlet(np.ones(3), ROWS), rng.dirichlet(np.ones(3), ROWS)
    return (rng.random(ROWS) < 0.3).astype(int), rng.random(ROWS), rng.random(ROWS)


@pytest.mark.parametrize(("name", "task"), CASES)
def test_an_interval(name, task):
    truth, score, _ = answers(task)

    assert over(partial(interval, name, truth, score, resamples=100), truth, score) <= MOST


@pytest.mark.parametrize(("name", "task"), CASES)
def test_a_paired_difference(name, task):
    given = answers(task)

    assert over(partial(paired_difference, name, *given, resamples=100), *given) <= MOST


@pytest.mark.parametrize("method", ["bca", "percentile"])
def test_the_bootstrap_of_an_area(method):
    given = answers("binary-classification")

    assert over(partial(interval, "roc_auc", *given[:2], method=method, resamples=100), *given[:2]) <= MOST
    assert over(partial(paired_difference, "roc_auc", *given, method=method, resamples=100), *given) <= MOST


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
        return disparity_interval("equalized_odds_difference", count_groups(truth, label, by), resamples=100)

    assert over(measured, truth, label, by) <= MOST


@pytest.mark.parametrize("method", ["psi", "ks", "chi2", "jensen_shannon", "wasserstein"])
@pytest.mark.parametrize("kind", [float, int, str])
def test_drift(method, kind):
    if kind is str and method in {"ks", "wasserstein"}:
        pytest.skip("texts have no distance")
    rng = np.random.default_rng(2)
    sides = [(rng.normal(size=ROWS) * (20 if kind is str else 1e6)).astype(int).astype(kind) for _ in range(2)]

    assert over(partial(drift, method, *sides), *sides) <= MOST


def test_a_domain_classifier():
    rng = np.random.default_rng(3)
    sides = [rng.normal(size=(100_000, 20)).astype(np.float32) for _ in range(2)]

    assert over(partial(domain_auc, *sides), *sides) <= MOST
