"""Intervals for a distance: what cannot be below 0, and comes out too large when the truth is near 0.

A calibration error or a disparity is a distance of a vector (gaps of bins, rates of groups) from where all is well.
Noise moves every part away from there, so the measured distance and even more its bootstrap replicates exceed the
truth, and percentiles of them can lie above it altogether. Here the interval holds every point of the ray from
"all is well" through the estimate that the measured distance does not contradict:

- low: the nearest point whose noisy distances reach the measured one in more than (1 - confidence) / 2 of draws;
- high: the farthest point whose noisy distances, less what the noise adds to them on average, fall to it in more than
  that. The measured distance is not granted this discount, because a bound from above must not profit from it.

So a calibrated model's interval starts at 0, and a gate with a maximum errs on the safe side.
Source: Carpenter, "Test inversion bootstrap confidence intervals" (JRSS B 1999), with the ray as the family.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mlops_validators.arrays import Floats

Distance = Callable[["Floats"], "Floats"]
HALVINGS = 30
FARTHEST = 1e6


def distance_interval(
    distance: Distance, origin: Floats, estimate: Floats, noise: Floats, confidence: float
) -> tuple[float, float]:
    """The two ends.

    Args:
        distance: of points (b, d), as (b,); 0 at `origin`.
        origin: where all is well, shape (d,).
        estimate: what was measured, shape (d,).
        noise: draws of the estimate's error, shape (b, d); a draw that is undefined (NaN) contradicts nothing.
        confidence: level of the interval.

    >>> noise = np.random.default_rng(0).normal(scale=0.1, size=(2000, 1))
    >>> low, high = distance_interval(lambda x: np.abs(x[:, 0]), np.zeros(1), np.array([0.05]), noise, 0.95)
    >>> low, round(high, 1)
    (0.0, 0.2)
    """
    tail = (1 - confidence) / 2
    measured = float(distance(estimate[None])[0])

    def point(scale: float) -> Floats:
        return origin + scale * (estimate - origin)

    def reached(scale: float) -> bool:
        return float(np.mean(~(distance(point(scale) + noise) < measured))) > tail

    def undercut(scale: float) -> bool:
        drawn = distance(point(scale) + noise)
        known = drawn[~np.isnan(drawn)]
        added = max(0.0, float(known.mean() - distance(point(scale)[None])[0])) if len(known) else 0.0
        return float(np.mean(~(drawn - added > measured))) > tail

    low = 0.0 if reached(0) else _border(reached, 1.0, 0.0)
    beyond = 2.0
    while undercut(beyond) and beyond < FARTHEST:
        beyond *= 2
    high = _border(undercut, 0.0, beyond) if beyond < FARTHEST else np.inf
    ends = (float(distance(point(low)[None])[0]), float(distance(point(high)[None])[0]) if high < np.inf else np.inf)
    return min(ends[0], measured), max(ends[1], measured)


def _border(holds: Callable[[float], bool], inside: float, outside: float) -> float:
    """Where a condition that holds at `inside` and not at `outside` changes, by halving."""
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if holds(middle) else (inside, middle)
    return inside
