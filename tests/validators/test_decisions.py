"""What decisions are worth: held against scikit-learn's confusion matrix, worked numbers and all orders of ties."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, log_loss, zero_one_loss

from mlops_validators import Costs, estimate, expected_cost, interval, paired_difference, precision_at
from mlops_validators.decisions import cost_at

COSTS = Costs(false_positive=1, false_negative=5, true_positive=-2, true_negative=0.25)


def rows(seed: int, count: int = 2_000) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    score = 1 / (1 + np.exp(-draw.normal(-1, 1.5, count)))
    return (draw.random(count) < score).astype(int), score


def test_the_cost_is_the_confusion_matrixs() -> None:
    truth, score = rows(1)
    weight = np.random.default_rng(2).integers(1, 5, len(truth)).astype(float)

    for each in (None, weight):
        matrix = confusion_matrix(truth, score >= 0.3, sample_weight=each, normalize="all")
        by_hand = (matrix * [[0.25, 1], [5, -2]]).sum()
        assert expected_cost(COSTS)(truth, score, weights=each, threshold=0.3) == pytest.approx(by_hand)
        assert estimate(expected_cost(COSTS), truth, score, weights=each, threshold=0.3) == pytest.approx(by_hand)
        assert cost_at(COSTS, truth, score, each, np.array([0.3]))[0] == pytest.approx(by_hand)
    assert expected_cost(Costs(1, 1))(truth, score) == pytest.approx(zero_one_loss(truth, score >= 0.5))


def test_the_cheapest_threshold_of_probabilities_that_come_true() -> None:
    truth, score = rows(3, 200_000)
    at = np.arange(101) / 100

    found = at[cost_at(Costs(1, 4), truth, score, None, at).argmin()]

    assert Costs(1, 4).cheapest_threshold == 0.2
    assert found == pytest.approx(0.2, abs=0.04)
    assert Costs(1, 4, true_positive=5).cheapest_threshold is None


def test_a_cost_has_an_interval_and_less_is_better() -> None:
    truth, score = rows(4)

    found = interval(expected_cost(COSTS), truth, score, threshold=0.2)
    ahead = paired_difference(expected_cost(COSTS), truth, score, np.full(len(score), 0.1), threshold=0.2)

    assert found.low < found.value < found.high
    assert found.value == pytest.approx(expected_cost(COSTS)(truth, score, threshold=0.2))
    assert ahead.high < 0, "who tells positives apart costs less than who tells none"


@pytest.mark.parametrize("clustered", [False, True])
def test_the_costs_interval_holds_its_level(clustered: bool) -> None:
    measure, held = expected_cost(Costs(1, 5)), 0
    truth, score = rows(5, 400_000)
    expected = measure(truth, score, threshold=0.3)
    for start in range(0, 200 * 500, 500):
        some = slice(start, start + 500)
        groups = np.arange(500) // 2 if clustered else None
        found = interval(measure, truth[some], score[some], threshold=0.3, resamples=300, groups=groups)
        held += found.low <= expected <= found.high

    assert held >= 182


def test_precision_at_k_by_hand() -> None:
    truth, score = [1, 0, 1, 1, 0, 0], [0.9, 0.8, 0.7, 0.6, 0.5, 0.4]

    assert [precision_at(k)(truth, score) for k in (1, 2, 3, 4, 6)] == pytest.approx([1, 1 / 2, 2 / 3, 3 / 4, 1 / 2])
    assert precision_at(0.5)(truth, score) == pytest.approx(2 / 3)
    assert precision_at(0.4)(truth, score) == pytest.approx(2 / 3), "2.4 rows are 3"
    with pytest.raises(ValueError, match="undefined on 6 rows: the 7 highest"):
        precision_at(7)(truth, score)


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5])
def test_ties_count_as_the_mean_over_all_orders(k: int) -> None:
    truth, score = np.array([1, 0, 1, 0, 0]), np.array([0.9, 0.6, 0.6, 0.6, 0.2])
    orders = [order for order in permutations(range(5)) if (np.diff(score[list(order)]) <= 0).all()]

    expected = np.mean([truth[list(order)][:k].mean() for order in orders])

    assert precision_at(k)(truth, score) == pytest.approx(expected)
    assert estimate(precision_at(k), truth, score) == pytest.approx(expected)


def test_whole_weights_count_as_rows_that_stand_so_often() -> None:
    truth, score = rows(6, 300)
    weight = np.random.default_rng(7).integers(1, 4, 300)

    found = precision_at(0.1)(truth, score, weights=weight.astype(float))

    often = np.repeat(np.arange(300), weight)
    assert found == pytest.approx(precision_at(0.1)(truth[often], score[often]), abs=0.5 / (0.1 * len(often)))


@pytest.mark.slow
def test_the_interval_of_precision_at_k_holds_its_level() -> None:
    measure, held, unknown = precision_at(0.1), 0, 0
    truth, score = rows(8, 400_000)
    expected = measure(truth, score)
    for start in range(0, 200 * 1_000, 1_000):
        found = interval(measure, truth[start : start + 1_000], score[start : start + 1_000], resamples=400)
        unknown += not found.known
        held += found.known and found.low <= expected <= found.high

    assert held >= 0.92 * (200 - unknown)
    assert unknown <= 40, "of a hundred rows of which few are negatives little can be said"


def test_a_top_of_positives_alone_proves_nothing() -> None:
    truth, score = [1] * 50 + [0] * 50, [0.9] * 50 + [0.1] * 50

    assert not interval(precision_at(10), truth, score).known
    assert interval(precision_at(60), truth, score).known


def test_a_pair_of_the_same_model_differs_by_nothing() -> None:
    truth, score = rows(9)
    found = paired_difference(precision_at(100), truth, score, score)
    worse = paired_difference(precision_at(100), truth, np.random.default_rng(1).permutation(score), score)

    assert (found.low, found.high) == (0, 0)
    assert worse.high < 0
    assert log_loss(truth, score) < log_loss(truth, np.full(len(truth), 0.5)), "so the score tells something"
