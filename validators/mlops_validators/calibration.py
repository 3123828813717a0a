"""Whether a probability of 0.3 comes true three times in ten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.arrays import binary_labels, probabilities, row_weights, same_length
from mlops_validators.blocks import blocks
from mlops_validators.bootstrap import quantile
from mlops_validators.cells import by_cell
from mlops_validators.interval import Interval
from mlops_validators.inversion import lower_end

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from mlops_validators.arrays import Anything, Floats, Integers
    from mlops_validators.bootstrap import Kernel

BINS = 10


def bin_index(probability: Floats, bins: int = BINS) -> Integers:
    """The bin of each probability (n,): `bins` of equal width over [0, 1], left-closed, 1 belongs to the last.

    >>> bin_index(np.array([0.0, 0.1, 0.99, 1.0]))
    array([0, 1, 9, 9], dtype=uint8)
    """
    found = np.empty(len(probability), dtype=np.min_scalar_type(bins - 1))
    for block in blocks(len(probability)):
        found[block] = np.minimum((probability[block] * bins).astype(np.intp), bins - 1)
    return found


def expected_calibration_error(
    y_true: ArrayLike, y_prob: ArrayLike, *, weights: ArrayLike | None = None, bins: int = BINS
) -> float:
    """Mean distance of forecast and outcome over bins; 0 is best, 1 the worst.

    ECE = sum over bins b of (n_b / n) * |mean(y_true in b) - mean(y_prob in b)|, with `bins` bins of equal width.

    Args:
        y_true: 0 and 1, shape (n,); of several classes, whether the most probable one was right.
        y_prob: probability that `y_true` is 1, shape (n,).
        weights: of the rows, shape (n,).
        bins: how many; the value depends on it, so compare only values of one binning.

    Raises:
        ValueError: shapes, ranges or lengths are wrong, or `y_true` has one class.

    Source: Naeini, Cooper and Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian Binning" (AAAI 2015).

    >>> round(expected_calibration_error([0, 1, 1, 1], [0.5, 0.5, 0.9, 0.9]), 12)
    0.05
    """
    truth, probability = binary_labels("y_true", y_true), probabilities("y_prob", y_prob)
    n = same_length(y_true=truth, y_prob=probability)
    weight = np.ones(n) if weights is None else row_weights(weights, n)
    gaps = np.bincount(bin_index(probability, bins), weights=weight * (truth - probability), minlength=bins)
    return float(np.abs(gaps).sum() / weight.sum())


def calibration_gaps(truth: Anything, probability: Floats) -> Kernel:
    """The bins' parts of the calibration error before their signs are dropped: weights (b, n) give (b, 10).

    Args:
        truth: 0 and 1, shape (n,).
        probability: shape (n,).

    Source: as `expected_calibration_error`, which is the sum of their distances from 0.

    >>> calibration_gaps(np.array([0, 1]), np.array([0.05, 0.95]))(np.array([[1, 1]]))[0, [0, 9]].round(3)
    array([-0.025,  0.025])
    """
    in_bins = by_cell(bin_index(probability), BINS, truth - probability)
    return lambda weights: np.asarray(in_bins(weights) / weights.sum(axis=1)[:, None])


def calibration_interval(measured: Floats, drawn: Floats, confidence: float) -> Interval:
    """The expected calibration error, 0 is best, with an interval that allows for its bias (see `inversion`).

    Args:
        measured: the bins' gaps, shape (10,).
        drawn: their replicates, shape (B, 10).
        confidence: level of the interval.

    Source: as `expected_calibration_error`; the lower end as `inversion`.

    >>> from mlops_validators.bootstrap import replicates, single
    >>> rng = np.random.default_rng(0)
    >>> p = rng.random(2000)
    >>> gaps, rows = calibration_gaps((rng.random(2000) < p).astype(int), p), single(2000)
    >>> (drawn,) = replicates([gaps], rows, resamples=200, seed=0)
    >>> calibration_interval(gaps(rows.counts[None])[0], drawn, 0.95).low
    0.0
    """
    noise = drawn - measured
    value, tail = float(np.abs(measured).sum()), (1 - confidence) / 2
    low = lower_end(lambda gap: np.abs(gap).sum(axis=1), np.zeros(BINS), measured, noise, tail)
    high = value + max(0.0, quantile(noise @ np.where(measured < 0, -1.0, 1.0), 1 - tail, np.inf))
    return Interval(value, low, min(high, 1.0), "test inversion", confidence)


def calibration_difference(measured: Floats, drawn: Floats, confidence: float) -> Interval:
    """The first model's calibration error less the second's, below 0 the first is better, from the intervals of both.

    Of two distances a difference of resamples is as biased as they are. So each end takes the lower end of one model's
    interval and the upper end of the other's, which are right: the method of variance estimates recovery.

    Args:
        measured: the bins' gaps of one model and behind them of the other, shape (20,).
        drawn: their replicates, shape (B, 20).
        confidence: level of the interval.

    Source: Zou and Donner, "Construction of Confidence Limits about Effect Measures" (2008), with their correlation.

    >>> gaps = np.r_[0.05, np.zeros(9), 0.02, np.zeros(9)]
    >>> noise = np.random.default_rng(0).normal(size=(500, 20)) * 0.001
    >>> found = calibration_difference(gaps, gaps + noise, 0.95)
    >>> 0.01 < found.low < found.value < found.high < 0.06
    True
    """
    one, two = (
        calibration_interval(measured[side], drawn[:, side], confidence) for side in (slice(BINS), slice(BINS, None))
    )
    value = one.value - two.value
    noise = (drawn - measured) * np.where(measured < 0, -1.0, 1.0)
    alike = _correlation(noise[:, :BINS].sum(axis=1), noise[:, BINS:].sum(axis=1))
    below = _apart(one.value - one.low, two.high - two.value, alike)
    above = _apart(one.high - one.value, two.value - two.low, alike)
    return Interval(value, value - below, value + above, "test inversion", confidence)


def _correlation(one: Floats, two: Floats) -> float:
    known = np.isfinite(one) & np.isfinite(two)
    if not known.any() or not (one[known].std() > 0 and two[known].std() > 0):
        return 0.0
    return max(0.0, float(np.corrcoef(one[known], two[known])[0, 1]))


def _apart(one: float, two: float, alike: float) -> float:
    return float(np.sqrt(max(one**2 + two**2 - 2 * alike * one * two, 0.0)))


@dataclass(frozen=True)
class BrierParts:
    """The parts of a Brier score: reliability - resolution + uncertainty + within.

    >>> round(BrierParts(0.01, 0.05, 0.25, 0.0).score, 2)
    0.21
    """

    reliability: float
    """Mean squared gap of forecast and outcome over bins; 0 is best."""
    resolution: float
    """Mean squared distance of the bins' outcomes from the base rate; more is better."""
    uncertainty: float
    """What the outcomes alone leave open: base rate times its complement."""
    within: float
    """What the bins hide: the forecasts' variance in their bin less twice their covariance with the outcome."""

    @property
    def score(self) -> float:
        """The Brier score."""
        return self.reliability - self.resolution + self.uncertainty + self.within


def brier_parts(y_true: ArrayLike, y_prob: ArrayLike, *, bins: int = BINS) -> BrierParts:
    """Murphy's decomposition of the Brier score of a binary task, 0 is best; arguments as `expected_calibration_error`.

    With n_b of n rows in bin b, their mean outcome o_b and forecast f_b, and o the mean of all: reliability is the sum
    of n_b (f_b - o_b)^2 / n, resolution that of n_b (o_b - o)^2 / n, uncertainty o (1 - o).

    Raises:
        ValueError: as `expected_calibration_error`.

    Source: Murphy, "A New Vector Partition of the Probability Score" (1973); the part within the bins, which makes it
    exact, of Stephenson, Coelho and Jolliffe, "Two Extra Components in the Brier Score Decomposition" (2008).

    >>> parts = brier_parts([0, 1, 1, 1], [0.5, 0.5, 0.9, 0.9])
    >>> round(parts.score, 12), round(parts.uncertainty, 12)
    (0.13, 0.1875)
    """
    truth, probability = binary_labels("y_true", y_true), probabilities("y_prob", y_prob)
    n = same_length(y_true=truth, y_prob=probability)
    place = bin_index(probability, bins)
    each = np.broadcast_to(np.int8(1), (1, n))
    size, hits, total = (by_cell(place, bins, value)(each)[0] for value in (None, truth, probability))
    outcome, forecast = hits / np.maximum(size, 1), total / np.maximum(size, 1)
    base, within = truth.mean(), 0.0
    for block in blocks(n):
        apart = probability[block] - forecast[place[block]]
        within += float((apart**2 - 2 * apart * (truth[block] - outcome[place[block]])).sum())
    return BrierParts(
        reliability=float((size * (forecast - outcome) ** 2).sum() / n),
        resolution=float((size * (outcome - base) ** 2).sum() / n),
        uncertainty=float(base * (1 - base)),
        within=within / n,
    )
