"""Test rows that training has seen, exactly or nearly.

Rows are compared by hashes of 64 bits: each column's values are hashed, and a row's hash is the sum over columns. So a
row without one column is its hash less that column's, and "equal in all columns but one" costs one look-up per column.
Two different rows share a hash once in 10^19: 10 million rows against 10 million give a false match in one of 200,000
runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.categories import as_column, categories
from mlops_validators.verdict import Verdict, undecided
from mlops_validators.wilson import wilson

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike

    from mlops_validators.arrays import Anything, Booleans

DIGITS = 3
Hashes = np.ndarray[tuple[int, ...], np.dtype[np.uint64]]


@dataclass(frozen=True)
class Duplicates:
    """Which test rows stand in the training rows too, and how often training rows repeat among themselves."""

    found: Booleans
    """Of each test row, shape (m,)."""
    expected: float
    """Share of training rows that have a twin among the others: what chance gives when the split is clean."""
    train_rows: int

    @property
    def rows(self) -> int:
        """How many test rows have a twin in training."""
        return int(np.count_nonzero(self.found))


def exact_duplicates(train: Mapping[str, ArrayLike], test: Mapping[str, ArrayLike]) -> Duplicates:
    """Test rows equal to a training row in every column.

    Args:
        train: columns by name, each (n,); what names a row (its id) left out.
        test: the same columns, each (m,).

    Raises:
        ValueError: columns differ, or their lengths do, or there are none.

    >>> exact_duplicates({"a": [1, 2, 3], "b": ["x", "y", "z"]}, {"a": [2, 3], "b": ["y", "y"]}).found
    array([ True, False])
    """
    old, new = _hashed(train, test, None)
    found, twins = _twins(_sum(old), _sum(new))
    return Duplicates(found, float(np.mean(twins)), len(twins))


def near_duplicates(
    train: Mapping[str, ArrayLike], test: Mapping[str, ArrayLike], *, digits: int = DIGITS
) -> Duplicates:
    """Test rows equal to a training row in all columns but at most one, numbers to `digits` significant digits.

    Approximate: two numbers on either side of a rounding step differ, however near they are. Arguments as
    `exact_duplicates`.

    >>> near_duplicates({"a": [1.0, 2.0], "b": [5.0, 6.0], "c": [0, 0]}, {"a": [1.0001], "b": [9.0], "c": [0]}).found
    array([ True])
    """
    old, new = _hashed(train, test, digits)
    before, after = _sum(old), _sum(new)
    found, twins = _twins(before, after)
    for old_column, new_column in zip(old, new, strict=True) if len(old) > 1 else ():
        across, within = _twins(before - old_column, after - new_column)
        found, twins = found | across, twins | within
    return Duplicates(found, float(np.mean(twins)), len(before))


def judge_duplicates(duplicates: Duplicates, *, confidence: float = 0.95) -> Verdict:
    """Fails when test rows have twins in training more often than training rows have among themselves.

    With few columns of few values rows repeat by chance, on both sides alike; a leak repeats them across. So it fails
    when the Wilson interval of the share lies above the expected share: by a single twin, when training has none.

    >>> judge_duplicates(Duplicates(np.array([True] * 5 + [False] * 95), 0.0, 300)).reason
    '5 of 100 test rows stand in the training rows too; 0 % would by chance'
    """
    rows = len(duplicates.found)
    if not rows:
        return undecided("there are no test rows")
    share = wilson(duplicates.rows, rows, confidence)
    chance = f"{100 * duplicates.expected:.3g} % would by chance"
    told = f"{duplicates.rows} of {rows} test rows stand in the training rows too; {chance}"
    return Verdict("fail" if share.low > duplicates.expected else "pass", told)


def _hashed(
    train: Mapping[str, ArrayLike], test: Mapping[str, ArrayLike], digits: int | None
) -> tuple[list[Hashes], list[Hashes]]:
    if not train or set(train) != set(test):
        raise ValueError(f"columns differ: {sorted(train)} and {sorted(test)}" if train else "there are no columns")
    pairs = [_hash_column(place, train[name], test[name], digits) for place, name in enumerate(sorted(train))]
    for side in zip(*pairs, strict=True):
        if len({len(column) for column in side}) > 1 or not len(side[0]):
            raise ValueError("columns differ in length, or have no rows")
    return [old for old, _ in pairs], [new for _, new in pairs]


def _hash_column(place: int, train: ArrayLike, test: ArrayLike, digits: int | None) -> tuple[Hashes, Hashes]:
    """Both sides' values as hashes that depend on the value and the column's place."""
    old, new = as_column(train), as_column(test)
    if old.dtype.kind in "biuf" and new.dtype.kind in "biuf":
        codes = [_bits(column.astype(np.float64), digits) for column in (old, new)]
    else:
        joint = categories(np.concatenate([old.astype(object), new.astype(object)])).codes.astype(np.uint64)
        codes = [joint[: len(old)], joint[len(old) :]]
    return _mix(codes[0], place), _mix(codes[1], place)


def _bits(column: Anything, digits: int | None) -> Hashes:
    """The bits of numbers, equal for equal values: one NaN, one zero."""
    rounded = column if digits is None else _rounded(column, digits)
    return np.where(np.isnan(rounded), np.nan, rounded + 0.0).view(np.uint64)


def _rounded(column: Anything, digits: int) -> Anything:
    size = np.abs(column)
    ordinary = np.isfinite(size) & (size > 0)
    unit = 10.0 ** (digits - 1 - np.floor(np.log10(np.where(ordinary, size, 1.0))))
    return np.where(ordinary, np.round(np.where(ordinary, column, 0.0) * unit) / unit, column)


def _mix(codes: Hashes, place: int) -> Hashes:
    """SplitMix64's finaliser, started at another point for each column."""
    x = codes + np.uint64((place + 1) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(x ^ (x >> np.uint64(31)))


def _sum(columns: list[Hashes]) -> Hashes:
    return np.asarray(np.sum(columns, axis=0, dtype=np.uint64))


def _twins(before: Hashes, after: Hashes) -> tuple[Booleans, Booleans]:
    """Which of `after` stand in `before`, and which of `before` stand there twice."""
    distinct, counts = np.unique(before, return_counts=True)
    place = np.minimum(np.searchsorted(distinct, after), len(distinct) - 1)
    return np.asarray(distinct[place] == after), np.asarray(np.isin(before, distinct[counts > 1]))
