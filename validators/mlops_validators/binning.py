"""Bins that a reference column fixes, and how many values of another fall into each.

A number is cut at the reference's deciles, half way between two of its values, so that it does not matter in how many
digits another column has them; a value that many rows have, such as nine in ten zeros, is a bin of its own. A category
has a bin for each value of the reference. Two more bins take what is missing and, for categories, what the reference
has never seen. Counts of chunks may be added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.blocks import blocks
from mlops_validators.categories import as_column, as_text, present

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from mlops_validators.arrays import Anything, Floats, Integers

BINS = 10
FEW_VALUES = 20  # a number with no more distinct values is a category
SAMPLE = 1000
CHUNK = 32_768  # rows compared at a time: they stay in the cache


@dataclass(frozen=True)
class Bins:
    """Where a column is cut; exactly one of the two is given.

    >>> Bins(values=("a", "b")).size
    4
    """

    edges: Floats | None = None
    """Ascending inner edges; a value on an edge belongs above it."""
    values: tuple[str, ...] | None = None
    """The known categories."""

    @property
    def size(self) -> int:
        """How many bins there are, missing and unseen among them."""
        return len(self.edges) + 2 if self.edges is not None else len(self.values or ()) + 2


def bins_of(reference: ArrayLike, *, bins: int = BINS) -> Bins:
    """The bins of a reference column: a number's quantiles, or a category's values.

    Args:
        reference: shape (n,), of any type; None and NaN are missing.
        bins: how many a number of more than 20 values is cut into, of equal shares.

    Raises:
        ValueError: no column, or no value in it.

    >>> bins_of(["b", "a", None]).values
    ('a', 'b')
    >>> bins_of(np.arange(1000.0), bins=4).edges
    array([249.75, 499.5 , 749.25])
    """
    column = as_column(reference)
    known = present(column) if column.ndim == 1 else column[:0]
    if not len(known):
        raise ValueError(f"a reference of shape {column.shape} without values has no bins")
    if known.dtype.kind in "iuf" and len(np.unique(known[:SAMPLE])) > FEW_VALUES:
        return _at_quantiles(np.sort(known), bins)  # NumPy sorts six times faster than it finds quantiles
    distinct = np.unique(np.concatenate([np.unique(_sortable(known[block])) for block in blocks(len(known))]))
    if known.dtype.kind in "iuf" and len(distinct) > FEW_VALUES:
        return _at_quantiles(np.sort(known), bins)
    return Bins(values=tuple(sorted({as_text(value) for value in distinct.tolist()})))


def count(bins: Bins, column: ArrayLike) -> Integers:
    """How many values of a column (n,) fall into each bin, shape (bins.size,).

    The last bin is missing values; the one before, of categories, what the reference has not.

    Raises:
        ValueError: the bins are of numbers, and the column is not.

    >>> count(Bins(values=("a", "b")), ["a", "c", None, "a"])
    array([2, 0, 1, 1])
    >>> count(Bins(edges=np.array([1.0, 2.0])), [0, 1, 2, 3, np.nan])
    array([1, 1, 2, 1])
    """
    values = as_column(column)
    return (
        _count_numbers(bins.edges, values) if bins.edges is not None else _count_categories(bins.values or (), values)
    )


def places(edges: Floats, numbers: Anything) -> Integers:
    """The bin of each number, shape (n,): how many of the `edges` it reaches; NaN is in the last, `len(edges) + 1`.

    >>> places(np.array([1.0, 2.0]), np.array([0.0, 1.0, 5.0, np.nan]))
    array([0, 1, 2, 3])
    """
    found = np.empty(len(numbers), dtype=np.intp)
    for block in blocks(len(numbers)):
        part = numbers[block].astype(np.float64)
        reached = np.zeros(len(part), dtype=np.min_scalar_type(len(edges) + 1))
        for edge in edges:  # comparing a whole block is faster than placing each number
            reached += part >= edge
        reached[np.isnan(part)] = len(edges) + 1
        found[block] = reached
    return found


def _at_quantiles(ranked: Anything, bins: int) -> Bins:
    often, rest = _frequent_and_rest(ranked, bins)
    parts = bins if not len(often) else max(2, round(bins * len(rest) / len(ranked)))
    inner = _quantiles(rest, np.arange(1, parts) / parts) if len(rest) else rest
    after = np.searchsorted(ranked, often, side="right")
    cuts = np.concatenate([inner, often, ranked[after[after < len(ranked)]]])
    return Bins(edges=np.unique(_midway_cuts(ranked, cuts[cuts > ranked[0]].astype(np.float64))))


def _frequent_and_rest(ranked: Anything, bins: int) -> tuple[Anything, Anything]:
    step = max(1, len(ranked) // bins)
    suspects = ranked[::step]
    often = np.unique(suspects[1:][suspects[1:] == suspects[:-1]])
    if not len(often):
        return often, ranked
    return often, ranked[~np.isin(ranked, often)]


def _midway_cuts(ranked: Anything, cuts: Floats) -> Floats:
    place = np.searchsorted(ranked, cuts, side="left")
    on = (place > 0) & (place < len(ranked)) & np.isfinite(cuts)
    below, value = ranked[place[on] - 1].astype(np.float64), ranked[place[on]].astype(np.float64)
    middle = below / 2 + value / 2
    moved = np.where((value == cuts[on]) & np.isfinite(below) & (middle > below), middle, cuts[on])
    found = cuts.copy()
    found[on] = moved
    return found


def _quantiles(ranked: Anything, shares: Floats) -> Floats:
    """Quantiles of sorted values, linear between neighbours, as `numpy.quantile` has them; infinite ones stay put."""
    place = shares * (len(ranked) - 1)
    below = place.astype(np.intp)
    found = ranked[below].astype(np.float64)
    above = ranked[np.minimum(below + 1, len(ranked) - 1)].astype(np.float64)
    between = np.isfinite(found) & np.isfinite(above)
    found[between] += (above[between] - found[between]) * (place - below)[between]
    return found


def _count_numbers(edges: Floats, column: Anything) -> Integers:
    """Counting what reaches each edge compares a whole chunk at once, several times faster than placing each value."""
    reached = np.zeros(len(edges) + 1, dtype=np.intp)
    for start in range(0, len(column), CHUNK):
        chunk = column[start : start + CHUNK].astype(np.float64, copy=False)
        reached[0] += np.count_nonzero(chunk == chunk)  # noqa: PLR0124  NaN differs from itself
        for place, edge in enumerate(edges, start=1):
            reached[place] += np.count_nonzero(chunk >= edge)
    inside = reached - np.r_[reached[1:], 0]
    return np.asarray(np.r_[inside, len(column) - reached[0]], dtype=np.intp)


def _count_categories(values: tuple[str, ...], column: Anything) -> Integers:
    place = {value: index for index, value in enumerate(values)}
    place |= {_TWINS[value]: index for value, index in place.items() if set(values) <= _SWITCHES}
    counts = np.zeros(len(values) + 2, dtype=np.intp)
    for block in blocks(len(column)):
        known = present(column[block])
        counts[-1] += len(column[block]) - len(known)
        distinct, times = np.unique(_sortable(known), return_counts=True)
        for value, number in zip(distinct.tolist(), times.tolist(), strict=True):
            counts[place.get(as_text(value), len(values))] += number
    return counts


_TWINS = {"True": "1", "False": "0", "1": "True", "0": "False"}  # a boolean that gained a missing value is a number
_SWITCHES = frozenset(_TWINS)


def _sortable(column: Anything) -> Anything:
    if column.dtype.kind == "f" and column.dtype.itemsize < 8:
        distinct, place = np.unique(column, return_inverse=True)
        return np.array([float(str(value)) for value in distinct])[place]
    return column.astype(str) if column.dtype == object else column
