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
from mlops_validators.carriers import carriers, doubt_of
from mlops_validators.cells import summed
from mlops_validators.interval import Interval, unknown
from mlops_validators.wilson import wilson

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_validators.arrays import Booleans, Floats, Integers


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
    weight: Floats | None = None
    """Of the positive rows, where rows count unequally."""

    @property
    def area(self) -> float:
        """Under the ROC curve, 0 to 1; 1 is best."""
        return float(np.average(self.positive, weights=self.weight))


def placements(positive: Booleans, score: Floats, weight: Floats | None = None) -> Placements:
    """The placement values of rows that are `positive` (n,) or not and of their `score` (n,), in O(n log n).

    >>> placements(np.array([False, True, True]), np.array([0.3, 0.3, 0.9])).positive
    array([0.5, 1. ])
    """
    beating, beaten = score[positive], score[~positive]
    if weight is None:
        won, lost = _shares_exceeded(beating, np.sort(beaten)), _shares_exceeded(beaten, np.sort(beating))
        return Placements(won, np.subtract(1, lost, out=lost))
    won = _weighted_shares(beating, beaten, weight[~positive])
    return Placements(won, 1 - _weighted_shares(beaten, beating, weight[positive]), weight[positive])


def _shares_exceeded(own: Floats, others: Floats) -> Floats:
    """For each of `own` the share of the sorted `others` that it exceeds, ties half."""
    order = np.argsort(own)
    shares = np.empty(len(own))
    for block in blocks(len(own)):
        ranked = own[order[block]]
        twice = np.searchsorted(others, ranked, side="left") + np.searchsorted(others, ranked, side="right")
        shares[order[block]] = twice / (2 * len(others))
    return shares


def _weighted_shares(own: Floats, others: Floats, weight: Floats) -> Floats:
    order = np.argsort(others)
    ranked, reached = others[order], np.concatenate([[0], np.cumsum(weight[order])])
    twice = reached[np.searchsorted(ranked, own, side="left")] + reached[np.searchsorted(ranked, own, side="right")]
    return np.asarray(twice / (2 * reached[-1]))


def auc_interval(
    positive: Booleans,
    score: Floats,
    confidence: float,
    *,
    cluster: Integers | None = None,
    weight: Floats | None = None,
) -> Interval:
    """The area, 1 is best, with DeLong's variance, on the logit scale so that the ends stay within [0, 1].

    The variance is V(positive placements) / m + V(negative placements) / n, of m positive and n negative rows. Of rows
    in groups it is that of the groups' sums (Obuchowski 1997), with Student's quantile of one less than the groups.

    Where fewer than 30 rows carry it (`carriers`), as when a class is small or an area near 1, that variance is too
    small as often as not. Then each end is the outer one of DeLong's and of Newcombe's interval, which solves
    |area - theta| = z sqrt(V(theta)) and has width even when nothing was ever out of order. Of rows that depend on each
    other or count unequally there is no such interval, and fewer than 15 say nothing.

    Args:
        positive: which rows are, shape (n,); both kinds there.
        score: higher is more likely positive, shape (n,).
        confidence: level of the interval.
        cluster: codes of groups of rows that depend on each other, shape (n,).
        weight: what each row counts, shape (n,).

    >>> auc_interval(np.array([False, True]), np.array([0.1, 0.9]), 0.95).method
    'newcombe'
    >>> found = auc_interval(np.arange(100) % 2 == 1, np.arange(100.0), 0.95)
    >>> round(found.value, 2), round(found.low, 2), round(found.high, 2)
    (0.51, 0.4, 0.62)
    """
    parts = placements(positive, score, weight)
    if cluster is not None or weight is not None:
        return _dependent(_row_contributions(positive, parts, weight, cluster), parts.area, confidence, cluster)
    variance, rows = _variance(parts.positive, parts.negative), (len(parts.positive), len(parts.negative))
    around = _around(parts.area, np.sqrt(variance), _z(confidence)) if 0 < parts.area < 1 and variance > 0 else None
    if around and carriers(_row_contributions(positive, parts, None, None)) >= FEW_CARRIERS:
        return Interval(parts.area, *around, "delong", confidence)
    low, high = _newcombe(parts.area, *rows, _z(confidence))
    if around:
        low, high = min(low, around[0]), max(high, around[1])
    return Interval(parts.area, low, high, "newcombe", confidence)


def auc_difference(  # noqa: PLR0913
    positive: Booleans,
    candidate: Floats,
    champion: Floats,
    confidence: float,
    *,
    cluster: Integers | None = None,
    weight: Floats | None = None,
) -> Interval:
    """The candidate's area less the champion's, paired on the same rows, (n,) each; above 0 the candidate is better.

    The normal quantile is Student's of one less than the smaller class's rows, which matters only when they are few.

    Where models order nearly all rows alike, and fewer than 10 carry the variance, each end is the outer one of
    that interval and of the ends from Newcombe's intervals of both areas (Zou and Donner's MOVER, 2008), as if they
    were independent; but no farther than the rows could move the areas apart that are ordered otherwise, by the upper
    end of Wilson's interval of their share in each class.

    Raises:
        ValueError: the confidence is not between 0 and 1.

    >>> positive = np.arange(100) % 2 == 1
    >>> auc_difference(positive, positive + 0.0, np.arange(100.0), 0.95).low > 0.3
    True
    """
    one, two = placements(positive, candidate, weight), placements(positive, champion, weight)
    value, rows = one.area - two.area, min(len(one.positive), len(one.negative))
    if rows < 2:
        return unknown(value, "delong", confidence, "a class has one row, from which no variance can be told")
    apart = Placements(one.positive - two.positive, one.negative - two.negative, one.weight)
    if cluster is not None or weight is not None:
        return _dependent(
            _row_contributions(positive, apart, weight, cluster), value, confidence, cluster, logit_scale=False
        )
    half = float(stdtrit(rows - 1, (1 + confidence) / 2) * np.sqrt(_variance(apart.positive, apart.negative)))
    ends = value - half, value + half
    if not half > 0 or carriers(_row_contributions(positive, apart, None, None)) < FEW_CARRIERS_OF_A_DIFFERENCE:
        return Interval(value, *_outer(ends, _nearly_alike(one, two, apart, confidence)), "newcombe", confidence)
    return Interval(value, *ends, "delong", confidence)


FEW_CARRIERS = 30
FEW_CARRIERS_OF_A_DIFFERENCE = 10


def _variance(positive: Floats, negative: Floats) -> float:
    if min(len(positive), len(negative)) < 2:
        return float("nan")
    return float(positive.var(ddof=1) / len(positive) + negative.var(ddof=1) / len(negative))


def _around(area: float, error: float, quantile: float) -> tuple[float, float]:
    half, centre = quantile * error / (area * (1 - area)), float(logit(area))
    return float(expit(centre - half)), float(expit(centre + half))


def _row_contributions(
    positive: Booleans, parts: Placements, weight: Floats | None, cluster: Integers | None
) -> list[Floats]:
    classes = ((positive, parts.positive), (~positive, parts.negative))
    if cluster is None:
        return [_share(inside, placed, weight) for inside, placed in classes]
    totals = np.zeros(int(cluster.max()) + 1)
    for inside, placed in classes:
        totals += summed(cluster[inside], _share(inside, placed, weight), len(totals))
    return [totals]


def _share(inside: Booleans, placed: Floats, weight: Floats | None) -> Floats:
    if weight is None:
        apart: Floats = placed - placed.mean()
        apart /= len(placed)
        return apart
    share = weight[inside] / weight[inside].sum()
    return np.asarray(share * (placed - float(share @ placed)))


def _dependent(
    each: list[Floats], value: float, confidence: float, cluster: Integers | None, *, logit_scale: bool = True
) -> Interval:
    units = sum(map(len, each))
    if doubt := doubt_of(carriers(each), units, "rows" if cluster is None else "groups"):
        return unknown(value, "delong", confidence, doubt)
    error = float(np.sqrt(sum(float(part @ part) for part in each) * units / (units - 1)))
    quantile = float(stdtrit(units - 1, (1 + confidence) / 2))
    if logit_scale and 0 < value < 1:
        return Interval(value, *_around(value, error, quantile), "delong", confidence)
    return Interval(value, value - quantile * error, value + quantile * error, "delong", confidence)


def _z(confidence: float) -> float:
    return float(ndtri((1 + confidence) / 2))


def _outer(one: tuple[float, float], two: tuple[float, float]) -> tuple[float, float]:
    return min(one[0], two[0]), max(one[1], two[1])


def _nearly_alike(one: Placements, two: Placements, apart: Placements, confidence: float) -> tuple[float, float]:
    rows, z = (len(one.positive), len(one.negative)), _z(confidence)
    (low, high), (least, most) = (_newcombe(parts.area, *rows, z) for parts in (one, two))
    value = one.area - two.area
    below = float(np.hypot(one.area - low, most - two.area))
    above = float(np.hypot(high - one.area, two.area - least))
    moved = (
        wilson(int(np.count_nonzero(side)), len(side), confidence).high for side in (apart.positive, apart.negative)
    )
    farthest = min(1.0, sum(moved))
    return max(value - below, -farthest), min(value + above, farthest)


def _newcombe(area: float, positives: int, negatives: int, z: float) -> tuple[float, float]:
    """Method 5 of Newcombe, "Confidence intervals for an effect size measure ... Part 2" (Statistics in Medicine 2006).

    V(t) = t (1 - t) (1 + N (1 - t) / (2 - t) + N t / (1 + t)) / (m n), N = (m + n) / 2 - 1.
    """
    half = (positives + negatives) / 2 - 1

    def distance(theta: float) -> float:
        spread = 1 + half * ((1 - theta) / (2 - theta) + theta / (1 + theta))
        return abs(area - theta) - z * float(np.sqrt(theta * (1 - theta) * spread / (positives * negatives)))

    return _bisected_root(distance, area, 0.0), _bisected_root(distance, area, 1.0)


def _bisected_root(distance: Callable[[float], float], inside: float, outside: float) -> float:
    for _ in range(60):
        middle = (inside + outside) / 2
        inside, outside = (inside, middle) if distance(middle) > 0 else (middle, outside)
    return inside
