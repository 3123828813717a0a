"""Row weights: each measure is scikit-learn's with `sample_weight`; intervals are as wide as weights are unequal."""

import numpy as np
import pytest

from mlops_validators import MEASURES, custom_measure, estimate, interval, intervals, paired_difference
from mlops_validators.weak_slices import search_slices
from tests.validators.texts import texts

CASES = [(name, task) for name, measure in MEASURES.items() for task in measure.tasks]


def rows(task, n=600):
    rng = np.random.default_rng(3)
    weight = rng.gamma(2, 1, n) + 0.05
    if task == "regression":
        truth = rng.normal(10, 2, n)
        return truth, truth + rng.normal(size=n), weight
    if task == "forecasting":
        truth, naive, season = rng.normal(40, 2, n) + rng.normal(size=(3, n)) * [[0], [3], [2.5]]
        known = [np.full(n, 2.0), np.full(n, 6.0), np.arange(n) % 4, naive, season]
        return np.column_stack([truth, *known]), truth + rng.normal(size=n), weight
    if task == "generation":
        return *texts(rng, n), weight
    if task == "multiclass-classification":
        score = rng.dirichlet([1, 1, 1], n)
        return np.array([rng.choice(3, p=each) for each in score]), score, weight
    if task == "multilabel-classification":
        score = rng.random((n, 3))
        return (rng.random((n, 3)) < score).astype(int), score, weight
    score = rng.random(n)
    return (rng.random(n) < score).astype(int), score, weight


@pytest.mark.parametrize(("name", "task"), CASES)
def test_the_value_is_that_of_the_measure_with_weights(name, task):
    truth, score, weight = rows(task)
    expected = MEASURES[name](truth, score, weights=weight)  # which is scikit-learn's with `sample_weight`

    found = interval(name, truth, score, weights=weight, resamples=200)

    assert found.value == pytest.approx(expected)
    assert estimate(name, truth, score, weights=weight) == pytest.approx(expected)
    assert not found.known or found.low <= found.value <= found.high


@pytest.mark.parametrize(("name", "task"), CASES)
def test_a_difference_is_that_of_the_measures_with_weights(name, task):
    truth, score, weight = rows(task)
    other = np.roll(score, 200, axis=0)

    found = paired_difference(name, truth, score, other, weights=weight, resamples=200)

    one, two = (MEASURES[name](truth, each, weights=weight) for each in (score, other))
    assert found.value == pytest.approx(one - two)


@pytest.mark.parametrize("name", ["roc_auc", "recall", "accuracy", "f1", "brier_score"])
def test_unequal_weights_leave_less_to_rest_on(name):
    truth, score, weight = rows("binary-classification", 2000)

    alike, unequal = (interval(name, truth, score, weights=each) for each in (np.full(2000, 3.0), weight**2))
    plain = interval(name, truth, score)

    assert alike.high - alike.low == pytest.approx(plain.high - plain.low, rel=0.15)
    assert unequal.high - unequal.low > 1.3 * (plain.high - plain.low)


@pytest.mark.parametrize("wrong", [[1.0] * 599, [0.0] + [1.0] * 599, [-1.0] + [1.0] * 599, [np.nan] + [1.0] * 599])
def test_weights_that_are_none(wrong):
    truth, score, _ = rows("binary-classification")

    with pytest.raises(ValueError, match="weights"):
        interval("roc_auc", truth, score, weights=wrong)


def test_a_measure_of_your_own_knows_no_weights():
    truth, score, weight = rows("regression")
    own = custom_measure("own", lambda y, p: float(abs(y - p).mean()), task="regression", higher_is_better=False)

    [found] = intervals([own], truth, score, weights=weight)

    assert "knows no weights" in str(found)


def test_slices_have_the_weights_of_their_rows():
    truth, score, weight = rows("binary-classification")
    place = np.arange(600) % 2

    found = search_slices("accuracy", truth, score, {"place": place}, weights=weight)

    expected = MEASURES["accuracy"](truth[place == 0], score[place == 0], weights=weight[place == 0])
    assert found.slices[0].interval.value == pytest.approx(expected)


def test_a_class_told_alone_has_no_correlation_whatever_the_weights_add_up_to():
    """The square of a sum and the sum of its squares differ by rounding, of which any correlation was made."""
    rng = np.random.default_rng(0)
    for _ in range(100):
        truth, weight = np.arange(500) % 50 == 0, rng.random(500) * 10.0 ** rng.integers(-3, 4)
        assert estimate("matthews_corrcoef", truth.astype(int), np.zeros(500), weights=weight) == 0.0
