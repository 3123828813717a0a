"""The lower end for a distance: what cannot be below 0, and comes out too large when the truth is near 0.

A calibration error is a distance of a vector (the gaps of bins) from where all is well.
Noise moves every part away from there, so the measured distance, and even more its resamples, exceed the truth, and
percentiles of them can lie above it altogether: of the calibration error of a calibrated model they cover 3 in 10.

Here the lower end is the nearest point of the ray from "all is well" through the estimate whose noisy distances reach
the measured one in more than the tail's share of draws. So the interval of a calibrated model starts at 0.
Source: Carpenter, "Test inversion bootstrap confidence intervals" (JRSS B 1999), with the ray as the family.

The upper end needs no such care, because the distance is the greatest of several plain sums: an upper end of each,
without correction, bounds the greatest, since one of them is the one that is greatest in truth.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mlops_validators.arrays import Floats

Distance = Callable[["Floats"], "Floats"]
HALVINGS = 30


def lower_end(distance: Distance, origin: Floats, estimate: Floats, noise: Floats, tail: float) -> float:
    """The lower end of the interval for `distance(estimate)`.

    Args:
        distance: of points (b, d), as (b,); 0 at `origin`.
        origin: where all is well, shape (d,).
        estimate: what was measured, shape (d,).
        noise: draws of the estimate's error, shape (b, d); a draw that is undefined (NaN) contradicts nothing.
        tail: how rarely the end may lie above the truth, such as 0.025.

    >>> noise = np.random.default_rng(0).normal(scale=0.1, size=(2000, 1))
    >>> lower_end(lambda x: np.abs(x[:, 0]), np.zeros(1), np.array([0.05]), noise, 0.025)
    0.0
    >>> round(lower_end(lambda x: np.abs(x[:, 0]), np.zeros(1), np.array([0.5]), noise, 0.025), 1)
    0.3
    """
    measured = float(distance(estimate[None])[0])

    def reached(scale: float) -> bool:
        drawn = distance(origin + scale * (estimate - origin) + noise)
        return float(np.mean(~(drawn < measured))) > tail

    if reached(0):
        return 0.0
    short, enough = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (short + enough) / 2
        short, enough = (short, middle) if reached(middle) else (middle, enough)
    return min(measured, float(distance((origin + enough * (estimate - origin))[None])[0]))
