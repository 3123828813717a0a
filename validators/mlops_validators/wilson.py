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
    rate, z = hits / trials, float(ndtri((1 + confidence) / 2))
    centre = rate + z * z / (2 * trials)
    half = z * sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    low = (centre - half) / scale if hits else 0.0  # exactly, whatever rounding says
    high = (centre + half) / scale if hits < trials else 1.0
    return Interval(rate, low, high, "wilson", confidence)
