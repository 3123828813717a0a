"""Intervals for the area under the ROC curve without resampling, for one model or two on the same rows.

Source: DeLong, DeLong and Clarke-Pearson, "Comparing the Areas under Two or More Correlated Receiver Operating
Characteristic Curves" (Biometrics 1988); by ranks as Sun and Xu, "Fast Implementation of DeLong's Algorithm" (2014).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, logit, ndtri, stdtrit

from mlops_validators.blocks import blocks
from mlops_validators.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_validators.arrays import Booleans, Floats


@dataclass(frozen=True)
class Placements:
    """How each row fares against the rows of the other class: the parts that the area is the mean of.

    >>> Placements(np.array([0.5, 1.0]), np.array([0.75])).area
    0.75
    """

    positive: Floats
    """For each positive row the share of negatives that it beats, ties half; shape (m,)."""
    negative: Floats
    """For each negative row the share of positives that beat it, ties half; shape (n,)."""

    @property
    def area(self) -> float:
        """Under the ROC curve, 0 to 1; 1 is best."""
        return float(self.positive.mean())


def placements(positive: Booleans, score: Floats) -> Placements:
    """The placement values of rows that are `positive` (n,) or not and of their `score` (n,), in O(n log n).

    >>> placements(np.array([False, True, True]), np.array([0.3, 0.3, 0.9])).positive
    array([0.5, 1. ])
    """
    beating, beaten = score[positive], score[~positive]
    won, lost = _shares(beating, np.sort(beaten)), _shares(beaten, np.sort(beating))
    return Placements(won, np.subtract(1, lost, out=lost))


def _shares(own: Floats, others: Floats) -> Floats:
    """For each of `own` the share of the sorted `others` that it exceeds, ties half."""
    order = np.argsort(own)
    shares = np.empty(len(own))
    for block in blocks(len(own)):
        ranked = own[order[block]]
        twice = np.searchsorted(others, ranked, side="left") + np.searchsorted(others, ranked, side="right")
        shares[order[block]] = twice / (2 * len(others))
    return shares


def auc_interval(positive: Booleans, score: Floats, confidence: float) -> Interval:
    """The area, 1 is best, with DeLong's variance, on the logit scale so that the ends stay within [0, 1].

    The variance is V(positive placements) / m + V(negative placements) / n, of m positive and n negative rows.

    With few rows of a class, or an area of 0 or 1, that variance is too small or zero: then Newcombe's interval, which
    solves |area - theta| = z sqrt(V(theta)) and has width even when nothing was ever out of order.

    Args:
        positive: which rows are, shape (n,); both kinds there.
        score: higher is more likely positive, shape (n,).
        confidence: level of the interval.

    >>> auc_interval(np.array([False, True]), np.array([0.1, 0.9]), 0.95).method
    'newcombe'
    >>> found = auc_interval(np.arange(100) % 2 == 1, np.arange(100.0), 0.95)
    >>> round(found.value, 2), round(found.low, 2), round(found.high, 2)
    (0.51, 0.4, 0.62)
    """
    parts = placements(positive, score)
    variance = _variance(parts.positive, parts.negative)
    fewest = min(len(parts.positive), len(parts.negative))
    if fewest < FEW_ROWS or variance <= 0 or not 0 < parts.area < 1:
        low, high = _newcombe(parts.area, len(parts.positive), len(parts.negative), _z(confidence))
        return Interval(parts.area, low, high, "newcombe", confidence)
    half = _z(confidence) * np.sqrt(variance) / (parts.area * (1 - parts.area))
    centre = float(logit(parts.area))
    return Interval(parts.area, float(expit(centre - half)), float(expit(centre + half)), "delong", confidence)


def auc_difference(positive: Booleans, candidate: Floats, champion: Floats, confidence: float) -> Interval:
    """The candidate's area less the champion's, paired on the same rows, (n,) each; above 0 the candidate is better.

    The normal quantile is Student's of one less than the smaller class's rows, which matters only when they are few.
    Two models that order all rows alike but score them differently leave no variance; then the ends come from
    Newcombe's intervals of both areas (Zou and Donner's MOVER, 2008), as if they were independent: wider than needed.

    >>> positive = np.arange(100) % 2 == 1
    >>> auc_difference(positive, positive + 0.0, np.arange(100.0), 0.95).low > 0.3
    True
    """
    one, two = placements(positive, candidate), placements(positive, champion)
    value = one.area - two.area
    variance = _variance(one.positive - two.positive, one.negative - two.negative)
    if variance == 0 and not np.array_equal(candidate, champion):
        return _mover(one, two, confidence)
    freedom = max(1, min(len(one.positive), len(one.negative)) - 1)
    half = float(stdtrit(freedom, (1 + confidence) / 2) * np.sqrt(variance))
    return Interval(value, value - half, value + half, "delong", confidence)


FEW_ROWS = 20


def _variance(positive: Floats, negative: Floats) -> float:
    """Variance of the area: of each class's placements, over its rows; NaN with one row in a class."""
    if min(len(positive), len(negative)) < 2:
        return float("nan")
    return float(positive.var(ddof=1) / len(positive) + negative.var(ddof=1) / len(negative))


def _z(confidence: float) -> float:
    return float(ndtri((1 + confidence) / 2))


def _mover(one: Placements, two: Placements, confidence: float) -> Interval:
    rows = len(one.positive), len(one.negative)
    (low, high), (least, most) = (_newcombe(parts.area, *rows, _z(confidence)) for parts in (one, two))
    value = one.area - two.area
    below = float(np.hypot(one.area - low, most - two.area))
    above = float(np.hypot(high - one.area, two.area - least))
    return Interval(value, value - below, value + above, "newcombe", confidence)


def _newcombe(area: float, positives: int, negatives: int, z: float) -> tuple[float, float]:
    """Method 5 of Newcombe, "Confidence intervals for an effect size measure ... Part 2" (Statistics in Medicine 2006).

    V(t) = t (1 - t) (1 + N (1 - t) / (2 - t) + N t / (1 + t)) / (m n), N = (m + n) / 2 - 1.
    """
    half = (positives + negatives) / 2 - 1

    def distance(theta: float) -> float:
        spread = 1 + half * ((1 - theta) / (2 - theta) + theta / (1 + theta))
        return abs(area - theta) - z * float(np.sqrt(theta * (1 - theta) * spread / (positives * negatives)))

    return _root(distance, area, 0.0), _root(distance, area, 1.0)


def _root(distance: Callable[[float], float], inside: float, outside: float) -> float:
    """Where `distance` changes its sign between the estimate and the end of the range, by halving."""
    for _ in range(60):
        middle = (inside + outside) / 2
        inside, outside = (inside, middle) if distance(middle) > 0 else (middle, outside)
    return inside
