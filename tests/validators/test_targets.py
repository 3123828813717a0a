"""Measures of several numeric targets are scikit-learn's, also of rows repeated as a resample repeats them."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from mlops_validators import MEASURES, interval, intervals, paired_difference
from mlops_validators.answers import answers
from mlops_validators.kernels import kernel

RNG = np.random.default_rng(6)
TRUTH = RNG.normal([10, 50, -30], [1, 5, 2], (400, 3))
SCORE = TRUTH + RNG.normal(0, [0.5, 3, 1.5], (400, 3))
NAMES = [name for name, one in MEASURES.items() if "regression" in one.tasks]
OTHERWISE = {"r2": "r2_score", "explained_variance": "explained_variance_score"}


def right(name: str, truth: np.ndarray, score: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Scikit-learn's mean over the targets, or the worst of its values of each."""
    one = name.removesuffix("_worst")
    function = getattr(metrics, OTHERWISE.get(one, one))
    if one == name:
        return float(function(truth, score, sample_weight=weights))
    each = function(truth, score, sample_weight=weights, multioutput="raw_values")
    return float(each.min() if MEASURES[name].higher_is_better else each.max())


@pytest.mark.parametrize("name", NAMES)
def test_values_are_scikit_learns(name: str) -> None:
    weights = RNG.random(400)

    assert MEASURES[name](TRUTH, SCORE) == pytest.approx(right(name, TRUTH, SCORE), rel=1e-12)
    assert MEASURES[name](TRUTH, SCORE, weights=weights) == pytest.approx(right(name, TRUTH, SCORE, weights), rel=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_resampled_values_are_scikit_learns_of_the_rows_repeated(name: str) -> None:
    drawn = RNG.multinomial(400, np.full(400, 1 / 400), size=10)

    found = kernel(MEASURES[name], answers(TRUTH, SCORE, MEASURES[name].tasks, name), None)(drawn)

    for value, times in zip(found, drawn, strict=True):
        rows = np.repeat(np.arange(400), times)
        assert value == pytest.approx(right(name, TRUTH[rows], SCORE[rows]), rel=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_a_value_has_an_interval_around_it_and_a_difference(name: str) -> None:
    found = interval(name, abs(TRUTH) + 300, abs(SCORE) + 300, resamples=200)
    apart = paired_difference(name, TRUTH, SCORE, SCORE + RNG.normal(0, 2, SCORE.shape), resamples=200)

    assert found.known
    assert found.low < found.value < found.high
    assert found.value == pytest.approx(right(name, abs(TRUTH) + 300, abs(SCORE) + 300))
    assert (apart.value > 0) is MEASURES[name].higher_is_better


@pytest.mark.parametrize("name", NAMES)
def test_of_one_target_the_worst_is_that_one(name: str) -> None:
    one, both = (
        interval(name, TRUTH[:, 1], SCORE[:, 1]),
        interval(name.removesuffix("_worst"), TRUTH[:, 1], SCORE[:, 1]),
    )

    assert (one.value, one.low, one.high) == (both.value, both.low, both.high)


def test_more_targets_than_sums_are_multiplied_for_still_have_intervals() -> None:
    many = np.tile(TRUTH, 20)

    found = intervals(["r2", "root_mean_squared_error"], many, np.tile(SCORE, 20), resamples=200)

    assert [each.method for each in found] == ["bca", "bca"]  # type: ignore[union-attr]
    assert found[0].value == pytest.approx(right("r2", TRUTH, SCORE))  # type: ignore[union-attr]


def test_a_doubt_about_one_target_is_one_about_all() -> None:
    """One row decides the second target's error: nothing may be concluded of the mean, nor of the worst."""
    score = SCORE.copy()
    score[7, 1] += 1e4

    for name in ("r2", "r2_worst", "root_mean_squared_error", "root_mean_squared_error_worst"):
        found = interval(name, TRUTH, score, resamples=200)
        assert found.doubt
        assert not found.known


@pytest.mark.parametrize(
    ("truth", "score", "says"),
    [
        (TRUTH, SCORE[:, :2], r"`y_true` has shape \(400, 3\), `y_score` has \(400, 2\)"),
        (TRUTH, SCORE[:, 0], r"`y_true` has shape \(400, 3\)|must have 1 dimensions|a matrix of truths"),
        (TRUTH[:, 0], SCORE, "a matrix of scores"),
        (TRUTH, np.where(SCORE > 60, np.nan, SCORE), "NaN or infinite"),
        (TRUTH[:1], SCORE[:1], "one row says nothing"),
        (TRUTH * [1, 0, 1], SCORE, "`y_true` is constant"),
    ],
)
def test_answers_of_another_shape_have_no_value(truth: np.ndarray, score: np.ndarray, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        MEASURES["r2"](truth, score)
