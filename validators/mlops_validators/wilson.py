"""Intervals for a rate: so many of so many."""

from __future__ import annotations

from math import sqrt

from scipy.special import ndtri

from mlops_validators.arrays import confidence_level
from mlops_validators.interval import Interval


def wilson(hits: int, trials: int, confidence: float = 0.95) -> Interval:
    """Wilson's score interval of the rate of `hits` in `trials`, 0 to 1; with few trials it is wide.

    (p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n), p = hits/n: it has width even when p is 0 or 1.

    Raises:
        ValueError: no trials, hits below 0 or more than trials, or a confidence not between 0 and 1.

    Source: Wilson, "Probable Inference, the Law of Succession, and Statistical Inference" (JASA 1927).

    >>> found = wilson(8, 10)
    >>> round(found.low, 3), round(found.high, 3)
    (0.49, 0.943)
    """
    confidence_level(confidence)
    if trials < 1:
        raise ValueError("a rate is undefined without rows")
    if not 0 <= hits <= trials:
        raise ValueError(f"{hits} hits in {trials} trials are no rate")
    return wilson_of_rate(hits / trials, trials, confidence)


def wilson_of_rate(rate: float, trials: float, confidence: float = 0.95) -> Interval:
    """The same of a rate that is as exact as one of so many `trials`, no whole number perhaps; fewer make it wider.

    Source: Korn and Graubard, "Confidence Intervals for Proportions with Small Expected Number of Positive Counts
    Estimated from Survey Data" (1998): the effective number of trials.

    >>> wilson_of_rate(0.8, 10).low == wilson(8, 10).low
    True
    """
    z = float(ndtri((1 + confidence) / 2))
    centre = rate + z * z / (2 * trials)
    half = z * sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    low = (centre - half) / scale if rate > 0 else 0.0  # exactly, whatever rounding says
    high = (centre + half) / scale if rate < 1 else 1.0
    return Interval(rate, low, high, "wilson", confidence)
