"""DeLong's variance against its definition, written out over all pairs."""

import numpy as np
import pytest
from scipy.stats import norm, t
from sklearn.metrics import roc_auc_score

from mlops_validators.delong import auc_difference, auc_interval


def by_definition(positive, score):
    """Placement values from the matrix of all pairs."""
    pairs = score[positive][:, None] - score[~positive][None, :]
    beaten = (pairs > 0) + 0.5 * (pairs == 0)
    return beaten.mean(axis=1), beaten.mean(axis=0)


def variance(one, two=None):
    of_positive, of_negative = one if two is None else (one[0] - two[0], one[1] - two[1])
    return of_positive.var(ddof=1) / len(of_positive) + of_negative.var(ddof=1) / len(of_negative)


@pytest.fixture
def rows():
    rng = np.random.default_rng(2)
    positive = rng.random(400) < 0.3
    signal = rng.normal(size=400) + positive
    return positive, signal.round(1), (signal + rng.normal(size=400)).round(1)


def test_the_area_and_its_variance(rows):
    positive, score, _ = rows

    found = auc_interval(positive, score, 0.95)

    area, error = roc_auc_score(positive, score), np.sqrt(variance(by_definition(positive, score)))
    half = norm.ppf(0.975) * error / (area * (1 - area))
    ends = [1 / (1 + np.exp(-(np.log(area / (1 - area)) + side * half))) for side in (-1, 1)]
    assert (found.value, found.low, found.high) == pytest.approx((area, *ends), abs=1e-12)


def test_the_paired_difference(rows):
    positive, one, two = rows

    found = auc_difference(positive, one, two, 0.9)

    error = np.sqrt(variance(by_definition(positive, one), by_definition(positive, two)))
    value = roc_auc_score(positive, one) - roc_auc_score(positive, two)
    half = t.ppf(0.95, min(positive.sum(), (~positive).sum()) - 1) * error
    assert (found.value, found.low, found.high) == pytest.approx((value, value - half, value + half), abs=1e-12)


@pytest.mark.parametrize("rows_of_a_class", [1, 5, 200])
def test_perfect_order_is_no_certainty(rows_of_a_class):
    positive = np.repeat([False, True], rows_of_a_class)

    found = auc_interval(positive, positive.astype(float), 0.95)

    assert found.value == found.high == 1
    assert found.low < 1
    assert found.method == "newcombe"


def test_one_row_of_a_class_leaves_the_difference_unknown():
    positive = np.array([True, False, False, False])

    assert not auc_difference(positive, np.arange(4.0), np.arange(4.0)[::-1], 0.95).known


def test_two_perfect_models_are_not_known_to_be_alike():
    """Both order ten rows perfectly; that says little of how they order the next."""
    positive = np.repeat([False, True], 5)

    found = auc_difference(positive, np.arange(10.0), np.arange(10.0) ** 2, 0.95)

    assert found.value == 0
    assert found.low < -0.1
    assert found.high > 0.1


@pytest.mark.parametrize(("of_each", "reach"), [(5, 0.5), (5000, 0.002)])
def test_the_same_order_of_few_rows_does_not_show_that_models_are_alike(of_each, reach):
    """What no row shows can still be so of one in as many: three in n of each class."""
    rng = np.random.default_rng(0)
    positive, score = np.repeat([False, True], of_each), rng.random(2 * of_each)

    found = auc_difference(positive, score, score, 0.95)

    assert found.value == 0
    assert reach / 2 < found.high == -found.low < reach


def rate_of_missing(area, positives, negatives, times=400):
    """How often the lower end lies above the area: a gate at the truth passes."""
    rng, apart = np.random.default_rng(3), np.sqrt(2) * norm.ppf(area)
    positive = np.repeat([True, False], [positives, negatives])
    scores = rng.normal(size=(times, len(positive))) + apart * positive
    return np.mean([auc_interval(positive, score, 0.95).low > area for score in scores])


@pytest.mark.parametrize("area", [0.97, 0.999])
def test_an_area_near_1_of_few_positives_rarely_passes_at_the_bound(area):
    """DeLong's variance alone: 6 % and 19 %."""
    assert rate_of_missing(area, 75, 1500) <= 0.03


def test_the_area_of_rows_in_groups_is_as_wide_as_the_groups_are_few():
    rng = np.random.default_rng(5)
    customer = np.repeat(np.arange(100), 20)
    signal = rng.normal(size=100)[customer] + 0.1 * rng.normal(size=2000)
    positive = rng.normal(size=100)[customer] + signal > 0

    alone, grouped = (auc_interval(positive, signal, 0.95, cluster=each) for each in (None, customer))

    assert grouped.high - grouped.low > 2.5 * (alone.high - alone.low)


def test_weights_of_the_area_are_those_of_scikit_learn():
    rng = np.random.default_rng(6)
    positive, score, weight = rng.random(500) < 0.3, rng.random(500).round(1), rng.random(500) + 0.1
    other = rng.random(500)

    found = auc_interval(positive, score, 0.95, weight=weight)
    less = auc_difference(positive, score, other, 0.95, weight=weight)

    one, two = (roc_auc_score(positive, each, sample_weight=weight) for each in (score, other))
    assert found.value == pytest.approx(one)
    assert less.value == pytest.approx(one - two)


def test_equal_weights_are_none():
    rng = np.random.default_rng(7)
    positive, score = rng.random(3000) < 0.3, rng.random(3000)

    plain, weighted = (auc_interval(positive, score, 0.95, weight=each) for each in (None, np.full(3000, 2.5)))

    assert (weighted.low, weighted.high) == pytest.approx((plain.low, plain.high), abs=1e-4)
