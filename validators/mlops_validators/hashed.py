"""A table's rows as sums of hashes of 64 bits, a value's depending on its column: columns can be added and taken away.

Two different rows share a hash once in 10^19: 10 million rows against 10 million give a false match in one of 200,000
runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.arrays import significant
from mlops_validators.blocks import blocks
from mlops_validators.categories import as_column, categories

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import ArrayLike

    from mlops_validators.arrays import Anything

Hashes = np.ndarray[tuple[int, ...], np.dtype[np.uint64]]
_LOOKED_AT = 1000


@dataclass(frozen=True)
class Column:
    """Both sides' values, hashed when they are asked for: the hashes of all columns are as large as the input.

    >>> column = columns_of({"a": [1.0, 2.0]}, {"a": [2.0]}, 3)[0]
    >>> len(column.old), len(column.new)
    (2, 1)
    """

    place: int
    old: Anything
    new: Anything
    bits: Callable[[Anything], Hashes]
    """Of some of the values; equal for equal values."""

    def add(self, totals: Hashes, *, sign: int = 1) -> None:
        """Adds the hashes of its values to `totals` (n + m,), or takes them away."""
        step = np.uint64(sign % 2**64)
        for total, values in ((totals[: len(self.old)], self.old), (totals[len(self.old) :], self.new)):
            for block in blocks(len(values)):
                total[block] += _mixed(self.bits(values[block]), self.place) * step

    @property
    def richness(self) -> int:
        """How many values the first thousand rows have."""
        return len(np.unique(self.bits(self.old[:_LOOKED_AT])))


def columns_of(train: Mapping[str, ArrayLike], test: Mapping[str, ArrayLike], digits: int) -> list[Column]:
    """Both sides' columns by name, each (n,) and (m,), numbers to so many significant digits.

    Raises:
        ValueError: columns differ, or their lengths do, or there are none.

    >>> [column.place for column in columns_of({"b": [1], "a": [2]}, {"a": [1], "b": [1]}, 3)]
    [0, 1]
    """
    if not train or set(train) != set(test):
        raise ValueError(f"columns differ: {sorted(train)} and {sorted(test)}" if train else "there are no columns")
    columns = [_column(place, train[name], test[name], digits) for place, name in enumerate(sorted(train))]
    lengths = {(len(column.old), len(column.new)) for column in columns}
    if len(lengths) > 1 or not all(min(lengths)):
        raise ValueError("columns differ in length, or have no rows")
    return columns


def _column(place: int, train: ArrayLike, test: ArrayLike, digits: int) -> Column:
    old, new = as_column(train), as_column(test)
    if old.dtype.kind in "biuf" and new.dtype.kind in "biuf":
        return Column(place, old, new, partial(_canonical_bits, digits=digits))
    joint = categories(np.concatenate([side.astype(object, copy=False) for side in (old, new)]))
    codes = joint.codes.astype(np.min_scalar_type(len(joint.names)))
    return Column(place, codes[: len(old)], codes[len(old) :], lambda some: some.astype(np.uint64))


def _canonical_bits(values: Anything, *, digits: int) -> Hashes:
    rounded = significant(values.astype(np.float64), digits)
    return np.where(np.isnan(rounded), np.nan, rounded + 0.0).view(np.uint64)


def _mixed(codes: Hashes, place: int) -> Hashes:
    """SplitMix64's finaliser, started at another point for each column."""
    x = codes + np.uint64((place + 1) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(x ^ (x >> np.uint64(31)))
