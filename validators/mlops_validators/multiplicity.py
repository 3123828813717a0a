"""Many questions at once: how p-values are corrected so that chance alone rarely answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

from mlops_validators.arrays import numbers

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from mlops_validators.arrays import Floats
    from mlops_validators.interval import Interval


def holm(p_values: ArrayLike) -> Floats:
    """P-values (k,) adjusted so that the chance of any false finding is at most the level, whatever depends on what.

    The i-th least of k is the greatest of (k - j + 1) p_j over j <= i, at most 1.

    Raises:
        ValueError: there are none, or one is not between 0 and 1.

    Source: Holm, "A Simple Sequentially Rejective Multiple Test Procedure" (1979).

    >>> holm([0.01, 0.04, 0.03])
    array([0.03, 0.06, 0.06])
    """
    p = _shares(p_values)
    order = np.argsort(p)
    adjusted = np.empty_like(p)
    adjusted[order] = np.maximum.accumulate(np.minimum(p[order] * np.arange(len(p), 0, -1), 1))
    return adjusted


def benjamini_hochberg(p_values: ArrayLike) -> Floats:
    """P-values (k,) adjusted so that of the findings at most the level are false on average.

    The i-th least of k is the least of k p_j / j over j >= i, at most 1. When nothing is there it does as `holm`.

    Raises:
        ValueError: as `holm`.

    Source: Benjamini and Hochberg, "Controlling the False Discovery Rate" (JRSS B 1995).

    >>> benjamini_hochberg([0.01, 0.04, 0.03])
    array([0.03, 0.04, 0.04])
    """
    p = _shares(p_values)
    order = np.argsort(p)[::-1]
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum.accumulate(np.minimum(p[order] * len(p) / np.arange(len(p), 0, -1), 1))
    return adjusted


def p_beyond(interval: Interval, bound: float) -> float:
    """One-sided p-value of the bound: how likely an estimate so far on its side is when the truth is at the bound.

    Phi(-z |value - bound| / half): the lower, the less chance explains on which side the value lies.

    The distance is measured in the half width of the interval that faces the bound, which is 1.96 standard errors
    at 95 %. It agrees with the interval: the bound at its end gives (1 - confidence) / 2.

    Source: Altman and Bland, "How to obtain the P value from a confidence interval" (BMJ 2011).

    >>> from mlops_validators.interval import Interval
    >>> round(p_beyond(Interval(0.7, 0.65, 0.75, "bca"), 0.75), 3)
    0.025
    """
    facing = interval.high - interval.value if bound > interval.value else interval.value - interval.low
    if facing <= 0:
        return 1.0 if bound == interval.value else 0.0
    return float(ndtr(-abs(bound - interval.value) / facing * ndtri((1 + interval.confidence) / 2)))


def widened(interval: Interval, among: int) -> Interval:
    """The interval at the level that holds for `among` intervals together; its confidence stays theirs, it is wider.

    Each end moves out as that of a normal estimate would, which agrees with `p_beyond`: a bound lies outside when its
    p-value times `among` is below (1 - confidence) / 2.

    Source: Dunn, "Multiple Comparisons Among Means" (JASA 1961), Bonferroni's inequality.

    >>> from mlops_validators.interval import Interval
    >>> wide = widened(Interval(0.7, 0.65, 0.75, "bca"), 100)
    >>> round(wide.low, 3), round(wide.high, 3)
    (0.611, 0.789)
    """
    tail = (1 - interval.confidence) / 2
    factor = float(ndtri(tail / among) / ndtri(tail))
    below, above = interval.value - interval.low, interval.high - interval.value
    return replace(interval, low=interval.value - factor * below, high=interval.value + factor * above)


def _shares(p_values: ArrayLike) -> Floats:
    p = numbers("p_values", p_values)
    if p.min() < 0 or p.max() > 1:
        raise ValueError("`p_values` must lie between 0 and 1")
    return p
