"""How far two columns lie apart: by their shares in the same bins, or by their values.

Of each, 0 is no distance, and more is worse. Memory does not grow with how many values are compared at once: sorted
columns are walked side by side, block by block.

Source: SciPy's ks_2samp, jensenshannon and wasserstein_distance; of the index Siddiqi, "Credit Risk Scorecards"
(2006).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import kolmogorov

from mlops_validators.arrays import GREATEST
from mlops_validators.blocks import BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_validators.arrays import Anything, Floats, Integers

FLOOR = 1e-4


def population_stability_index(p: Floats, q: Floats) -> float:
    """PSI of shares `p` (bins,) of the reference and `q` (bins,), in nats; by convention 0.1 is some, 0.25 much.

    Source: Siddiqi, "Credit Risk Scorecards" (2006).

    >>> round(population_stability_index(np.array([0.5, 0.5]), np.array([0.8, 0.2])), 3)
    0.416
    """
    old, new = np.maximum(p, FLOOR), np.maximum(q, FLOOR)
    return float(((new - old) * np.log(new / old)).sum())


def jensen_shannon(p: Floats, q: Floats) -> float:
    """Root of the divergence of shares `p` (bins,) and `q` (bins,), base 2: 0 is equal, 1 nothing in common.

    Source: Lin, "Divergence Measures Based on the Shannon Entropy" (1991).

    >>> jensen_shannon(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    1.0
    """
    middle = (p + q) / 2
    parts = [
        np.where(side > 0, side * np.log2(np.divide(side, middle, out=np.ones_like(side), where=side > 0)), 0)
        for side in (p, q)
    ]
    return float(np.sqrt(max(0.0, (parts[0].sum() + parts[1].sum()) / 2)))


def kolmogorov_smirnov(reference: Anything, current: Anything) -> tuple[float, float]:
    """The greatest distance of the distribution functions of (n,) and (m,) values, exactly, and its asymptotic p-value.

    Just before and at each distinct value of the reference; between two of them only the other function moves.

    >>> kolmogorov_smirnov(np.array([1.0, 2.0]), np.array([1.0, 2.0]))
    (0.0, 1.0)
    """
    old, new = np.sort(reference), np.sort(current)
    apart = 0.0
    for points, start, end in _cumulative_counts(old):
        before = np.abs(start / len(old) - np.searchsorted(new, points, side="left") / len(new))
        after = np.abs(end / len(old) - np.searchsorted(new, points, side="right") / len(new))
        apart = max(apart, float(before.max()), float(after.max()))
    return apart, p_of_distance(apart, len(old), len(new))


def p_of_distance(distance: float, reference: int, current: int) -> float:
    """How often chance alone moves the distribution functions of so many rows so far apart: Kolmogorov's limit.

    >>> round(p_of_distance(0.0136, 20_000, 20_000), 3)
    0.049
    """
    rows = reference * current / (reference + current)
    return float(kolmogorov(np.sqrt(rows) * distance))


def wasserstein(reference: Anything, current: Anything) -> float:
    """Area between the distribution functions of (n,) and (m,) values, in standard deviations of the reference.

    Raises:
        ValueError: the reference is constant, or a value is infinite: there is no scale.

    >>> wasserstein(np.array([0.0, 2.0]), np.array([1.0, 3.0]))
    1.0
    """
    known = all(max(float(side.max()), -float(side.min())) <= GREATEST for side in (reference, current))
    scale = max(abs(float(reference.max())), abs(float(reference.min()))) if known else 0.0
    spread = _scaled_deviation(reference, scale) if scale > 0 else np.nan
    if not spread > 0:
        raise ValueError("`reference` is constant or a value is infinite, so there is no scale; use `ks` or `psi`")
    old, new = np.sort(reference), np.sort(current)
    area, reached, apart = 0.0, min(old[0], new[0]), 0.0
    for ours, theirs in _joined_blocks(old, new):
        points = np.concatenate([[reached], np.sort(np.concatenate([old[ours], new[theirs]]))]).astype(np.float64)
        shares = [
            (block.start + np.searchsorted(side[block], points, side="right")) / len(side)
            for side, block in ((old, ours), (new, theirs))
        ]
        gaps = np.abs(shares[0] - shares[1])
        gaps[0] = apart
        area += float(gaps[:-1] @ np.diff(points))
        reached, apart = points[-1], gaps[-1]
    return area / spread


def _scaled_deviation(values: Anything, scale: float) -> float:
    """The standard deviation of values up to `scale`, whose squares may be too small for a number."""
    if scale > 1e-100:
        return float(values.std())
    return scale * float((values / scale).std())


def _joined_blocks(old: Anything, new: Anything) -> Iterator[tuple[slice, slice]]:
    ours = theirs = slice(0, 0)
    while ours.stop < len(old) or theirs.stop < len(new):
        at = ((old, ours.stop), (new, theirs.stop))
        upper = min(side[start + BLOCK - 1] if start + BLOCK < len(side) else np.inf for side, start in at)
        ours, theirs = (
            slice(start, start + int(np.searchsorted(side[start : start + BLOCK], upper, side="right")))
            for side, start in at
        )
        yield ours, theirs


def _cumulative_counts(ranked: Anything) -> Iterator[tuple[Anything, Integers, Integers]]:
    stop = 0
    while stop < len(ranked):
        start = stop
        stop = int(np.searchsorted(ranked, ranked[min(start + BLOCK, len(ranked)) - 1], side="right"))
        block = ranked[start:stop]
        first = np.flatnonzero(np.concatenate([[True], block[1:] != block[:-1]]))
        yield block[first], start + first, start + np.append(first[1:], len(block))
