"""A number's distribution as counts between tens of thousands of edges: for columns too long to sort.

Edges are quantiles of a sample, counts are of all rows, so what is read from them comes with a bound that holds for
certain: between two edges the distribution functions can stray by no more than the shares that lie there. A value that
repeats often gets a cell of its own, in which nothing strays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.binning import BINS, Bins

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlops_validators.arrays import Floats, Integers

EDGES = 65_536


@dataclass(frozen=True)
class Histogram:
    """All finite values of a column: `counts[i]` of them lie from `edges[i - 1]` on and below `edges[i]`.

    >>> Histogram(np.array([1.0]), np.array([3, 1]), missing=0, low=0.0, high=2.0, deviation=0.7).below
    array([0.  , 0.75, 1.  ])
    """

    edges: Floats
    counts: Integers
    """Shape (edges + 1,)."""
    missing: int
    low: float
    high: float
    deviation: float
    """Standard deviation of the values themselves."""

    @property
    def rows(self) -> int:
        """How many values there are, without the missing ones."""
        return int(self.counts.sum())

    @property
    def below(self) -> Floats:
        """The share of values below each edge, from 0 before the first cell to 1 behind the last: (edges + 2,)."""
        return np.concatenate([[0], np.cumsum(self.counts)]) / self.rows


def edges_of(sample: Floats, size: int = EDGES) -> Floats:
    """Edges for a histogram: quantiles of the sample (n,), and what follows a value that is several of them.

    >>> edges_of(np.array([1.0, 1.0, 1.0, 2.0]), size=4)
    array([1., 1., 2.])
    """
    picked = np.sort(sample)[np.linspace(0, len(sample) - 1, min(size, len(sample))).round().astype(np.intp)]
    repeated = picked[1:][picked[1:] == picked[:-1]]
    return np.unique(np.concatenate([picked, np.nextafter(repeated, np.inf)]))


def histogram(parts: Iterable[Floats], edges: Floats) -> Histogram:
    """Counts a column that comes in parts, each (n,), between edges (k,); NaN is missing.

    Raises:
        ValueError: a value is infinite, or there is none.

    >>> found = histogram([np.array([0.0, 1.0]), np.array([np.nan, 3.0])], np.array([1.0, 2.0]))
    >>> found.counts, found.missing, found.high
    (array([1, 1, 1]), 1, 3.0)
    """
    counts, missing, low, high = np.zeros(len(edges) + 1, dtype=np.intp), 0, np.inf, -np.inf
    centre, sums = float(np.median(edges)), np.zeros(2)
    for part in parts:
        ranked = np.sort(part)
        ranked = ranked[: len(ranked) - np.count_nonzero(np.isnan(ranked))]  # NaN sorts last
        missing += len(part) - len(ranked)
        if not len(ranked):
            continue
        low, high = min(low, float(ranked[0])), max(high, float(ranked[-1]))
        counts += np.diff(np.searchsorted(ranked, edges), prepend=0, append=len(ranked))
        apart = ranked - centre
        sums += apart.sum(), apart @ apart
    if not np.isfinite([low, high]).all():
        raise ValueError("there are no values" if low > high else "a value is infinite")
    mean, square = sums / counts.sum()
    return Histogram(edges, counts, missing, low, high, float(np.sqrt(max(0.0, square - mean**2))))


def greatest_distance(reference: Histogram, current: Histogram) -> tuple[float, float]:
    """The Kolmogorov-Smirnov distance at the edges, 0 is none, and by how much the true one may exceed it.

    Args:
        reference: counts between some edges.
        current: counts between the same edges.

    Source: between two edges neither distribution function rises by more than the share that lies there.

    >>> one, two = (histogram([np.array(v)], np.array([1.0, 2.0])) for v in ([0.0, 1.0], [1.5, 3.0]))
    >>> greatest_distance(one, two)
    (0.5, 0.5)
    """
    apart = reference.below - current.below
    found = float(np.abs(apart).max())
    most = np.maximum(apart[:-1] + np.diff(reference.below), np.diff(current.below) - apart[:-1])
    strays = ~_single_value_cells(reference.edges)
    return found, max(0.0, float(most[strays].max()) - found) if strays.any() else 0.0


def area_between(reference: Histogram, current: Histogram) -> tuple[float, float]:
    """The Wasserstein distance in deviations of the reference, 0 is none, and by how much the true one may differ.

    Arguments and source: as `greatest_distance`. Source: the trapezoid under each cell's two ends.

    Raises:
        ValueError: the reference is constant, so there is no scale.

    >>> one, two = (histogram([np.array(v)], np.array([1.0, 2.0])) for v in ([0.0, 2.0], [1.0, 3.0]))
    >>> area_between(one, two)
    (0.5, 2.0)
    """
    if not reference.deviation > 0:
        raise ValueError("`reference` is constant, so there is no scale; use `ks` or `psi`")
    low, high = min(reference.low, current.low), max(reference.high, current.high)
    width = np.diff(np.clip(reference.edges, low, high), prepend=low, append=high)
    apart = np.abs(reference.below - current.below)
    inside = np.diff(reference.below) + np.diff(current.below)
    area, error = width @ (apart[:-1] + apart[1:]) / 2, width @ inside
    return float(area / reference.deviation), float(error / reference.deviation)


def bins_from(reference: Histogram, bins: int = BINS) -> Bins:
    """Bins at the edges that come nearest to equal shares: off by no more than a cell's share.

    >>> bins_from(histogram([np.arange(1000.0)], edges_of(np.arange(1000.0))), bins=4).edges
    array([250., 500., 750.])
    """
    below = reference.below[1:-1]
    nearest = [int(np.abs(below - share).argmin()) for share in np.arange(1, bins) / bins]
    chosen = np.unique(reference.edges[nearest])
    return Bins(edges=chosen[chosen > reference.low])


def recount(found: Histogram, bins: Bins) -> Integers:
    """The counts in bins that lie at edges of the histogram, as `binning.count` gives them: exact.

    >>> recount(histogram([np.arange(10.0)], np.arange(10.0)), Bins(edges=np.array([2.0, 5.0])))
    array([2, 3, 5, 0])
    """
    assert bins.edges is not None
    reached = np.concatenate([[0], np.cumsum(found.counts)])
    at = reached[1 + np.searchsorted(found.edges, bins.edges)]
    return np.append(np.diff(at, prepend=0, append=found.rows), found.missing)


def quantiles(found: Histogram, size: int) -> Floats:
    """`size` values at equal shares: the least, the first edges that such shares lie below, the greatest.

    >>> quantiles(histogram([np.arange(10.0)], np.arange(10.0)), 4)
    array([0., 4., 7., 9.])
    """
    inner = np.linspace(0, 1, size)[1:-1]
    places = np.searchsorted(found.below[1:-1], inner).clip(0, len(found.edges) - 1)
    return np.concatenate([[found.low], found.edges[places].clip(found.low, found.high), [found.high]])


def _single_value_cells(edges: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    narrow = np.nextafter(edges[:-1], np.inf) == edges[1:]
    return np.concatenate([[False], narrow, [False]])
