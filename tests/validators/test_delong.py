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


def test_the_same_scores_do_not_differ():
    found = auc_difference(np.repeat([False, True], 5), np.arange(10.0), np.arange(10.0), 0.95)

    assert (found.low, found.value, found.high) == (0, 0, 0)
