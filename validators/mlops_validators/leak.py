"""Test rows that training has seen, exactly or nearly.

Rows are compared by hashes of 64 bits: each column's values are hashed, and a row's hash is the sum over columns. So
rows are equal in all columns but one when the sums over the others are. Rather than column by column that one is
searched by halves: two rows that differ in the left half only are equal in the right, as few rows are, and only those
few are looked at again. Two different rows share a hash once in 10^19: 10 million rows against 10 million give a false
match in one of 200,000 runs.

Source: by definition; a leak is told from chance by how often training rows repeat among themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import gammaln

from mlops_validators.arrays import significant
from mlops_validators.blocks import blocks
from mlops_validators.categories import as_column, categories
from mlops_validators.verdict import Verdict, undecided

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import ArrayLike

    from mlops_validators.arrays import Anything, Booleans, Integers

DIGITS = 3
_RARE = 0.001
_TERMS = 100_000  # behind the mode each is smaller than the one before
Hashes = np.ndarray[tuple[int, ...], np.dtype[np.uint64]]
Sides = tuple[Hashes, Hashes]
"""Of the training rows, and of the test rows."""


@dataclass(frozen=True)
class Duplicates:
    """Which test rows stand in the training rows too, and how often training rows repeat among themselves.

    >>> Duplicates(np.array([True, False]), 0.0, 100).rows
    1
    """

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
    """Test rows equal to a training row in every column; none is best.

    Args:
        train: columns by name, each (n,); what names a row (its id) left out.
        test: the same columns, each (m,).

    Raises:
        ValueError: columns differ, or their lengths do, or there are none.

    >>> exact_duplicates({"a": [1, 2, 3], "b": ["x", "y", "z"]}, {"a": [2, 3], "b": ["y", "y"]}).found
    array([ True, False])
    """
    found = _matches(*_totals(_columns(train, test, None)))
    return Duplicates(found.across, float(np.mean(found.within)), len(found.within))


def near_duplicates(
    train: Mapping[str, ArrayLike], test: Mapping[str, ArrayLike], *, digits: int = DIGITS
) -> Duplicates:
    """Test rows equal to a training row in all columns but at most one, numbers to `digits` significant digits.

    No more than `expected` is best. Approximate: two numbers on either side of a rounding step differ, however near
    they are. Arguments as `exact_duplicates`.

    Raises:
        ValueError: as `exact_duplicates`.

    >>> near_duplicates({"a": [1.0, 2.0], "b": [5.0, 6.0], "c": [0, 0]}, {"a": [1.0001], "b": [9.0], "c": [0]}).found
    array([ True])
    """
    columns = _columns(train, test, digits)
    whole = _matches(*_totals(columns))
    if len(columns) > 1:
        _add_one_apart(whole, columns, _everyone(columns[0]))
    return Duplicates(whole.across, float(np.mean(whole.within)), len(whole.within))


def judge_duplicates(duplicates: Duplicates) -> Verdict:
    """Fails when test rows have twins in training more often than training rows have among themselves.

    Rows repeat by chance, on both sides alike; a leak repeats them across. So it fails when chance would give test rows
    as many of all rows that have a twin less than once in 1,000 splits: 5 of 100, where none of 300 training rows has.

    Source: Fisher's exact test, one-sided (The Design of Experiments, 1935).

    >>> judge_duplicates(Duplicates(np.array([True] * 5 + [False] * 95), 0.0, 300)).reason
    '5 of 100 test rows stand in the training rows too; 0 % would by chance'
    """
    rows = len(duplicates.found)
    if not rows:
        return undecided("there are no test rows")
    chance = f"{100 * duplicates.expected:.3g} % would by chance"
    told = f"{duplicates.rows} of {rows} test rows stand in the training rows too; {chance}"
    return Verdict("fail" if _by_chance(duplicates) < _RARE else "pass", told)


def _by_chance(duplicates: Duplicates) -> float:
    """How often a clean split gives test rows as many twins or more: the hypergeometric distribution's tail."""
    test, train, across = len(duplicates.found), duplicates.train_rows, duplicates.rows
    twins = across + round(duplicates.expected * train)
    if across * (test + train) <= twins * test:
        return 1.0
    many = np.arange(across, min(twins, test, across + _TERMS) + 1)
    chosen = _choose(twins, many) + _choose(test + train - twins, test - many) - _choose(test + train, test)
    return float(np.exp(chosen).sum())


def _choose(of: Any, some: Any) -> Any:
    """The logarithm of the number of ways to choose; of none where there are fewer."""
    return np.where(some > of, -np.inf, gammaln(of + 1) - gammaln(some + 1) - gammaln(np.maximum(of - some, 0) + 1))


@dataclass(frozen=True)
class _Column:
    """Both sides' values, hashed when they are asked for: the hashes of all columns are as large as the input."""

    place: int
    old: Anything
    new: Anything
    bits: Callable[[Anything], Hashes]
    """Of some of the values; equal for equal values."""

    def add(self, totals: Sides, rows: tuple[Integers | None, Integers | None] = (None, None)) -> None:
        """Adds to both sides' totals the hashes of these rows' values, which depend on the column's place too."""
        for total, values, some in zip(totals, (self.old, self.new), rows, strict=True):
            for block in blocks(len(total)):
                total[block] += _mix(self.bits(values[block if some is None else some[block]]), self.place)


def _columns(train: Mapping[str, ArrayLike], test: Mapping[str, ArrayLike], digits: int | None) -> list[_Column]:
    if not train or set(train) != set(test):
        raise ValueError(f"columns differ: {sorted(train)} and {sorted(test)}" if train else "there are no columns")
    columns = [_column(place, train[name], test[name], digits) for place, name in enumerate(sorted(train))]
    lengths = {(len(column.old), len(column.new)) for column in columns}
    if len(lengths) > 1 or not all(min(lengths)):
        raise ValueError("columns differ in length, or have no rows")
    return columns


def _column(place: int, train: ArrayLike, test: ArrayLike, digits: int | None) -> _Column:
    old, new = as_column(train), as_column(test)
    if old.dtype.kind in "biuf" and new.dtype.kind in "biuf":
        return _Column(place, old, new, partial(_bits, digits=digits))
    joint = categories(np.concatenate([side.astype(object, copy=False) for side in (old, new)]))
    codes = joint.codes.astype(np.min_scalar_type(len(joint.names)))
    return _Column(place, codes[: len(old)], codes[len(old) :], lambda some: some.astype(np.uint64))


def _bits(values: Anything, *, digits: int | None) -> Hashes:
    """The bits of numbers, equal for equal values: one NaN, one zero."""
    exact = values.astype(np.float64)
    rounded = exact if digits is None else significant(exact, digits)
    return np.where(np.isnan(rounded), np.nan, rounded + 0.0).view(np.uint64)


def _mix(codes: Hashes, place: int) -> Hashes:
    """SplitMix64's finaliser, started at another point for each column."""
    x = codes + np.uint64((place + 1) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(x ^ (x >> np.uint64(31)))


def _totals(columns: Sequence[_Column]) -> Sides:
    """The rows' hashes: sums over columns."""
    before, after = (np.zeros(len(side), dtype=np.uint64) for side in (columns[0].old, columns[0].new))
    for column in columns:
        column.add((before, after))
    return before, after


def _everyone(column: _Column) -> _Rows:
    """All rows of both sides, which are equal over no columns."""
    old, new = (np.arange(len(side), dtype=np.min_scalar_type(len(side))) for side in (column.old, column.new))
    return _Rows(old, new, (np.broadcast_to(np.uint64(0), len(old)), np.broadcast_to(np.uint64(0), len(new))))


@dataclass(frozen=True)
class _Rows:
    """Some rows of both sides by position, and their hashes over some columns."""

    old: Integers
    new: Integers
    hashes: Sides

    def over(self, columns: Sequence[_Column]) -> _Rows:
        """With these columns hashed too."""
        before, after = (side.copy() for side in self.hashes)
        for column in columns:
            column.add((before, after), (self.old, self.new))
        return _Rows(self.old, self.new, (before, after))

    def of(self, matches: _Matches) -> _Rows:
        """Those that have a twin."""
        old, new = matches.related, matches.across
        return _Rows(self.old[old], self.new[new], (self.hashes[0][old], self.hashes[1][new]))

    def alike(self, columns: Sequence[_Column]) -> _Rows:
        """Those that have a twin in these columns too."""
        more = self.over(columns)
        before, after = more.hashes
        return more.of(_matches(before.copy(), after))


def _add_one_apart(found: _Matches, columns: Sequence[_Column], rows: _Rows) -> None:
    """Adds to what is found the rows that have a twin in all columns but one.

    Among `columns` is the one that may differ; in those outside of them `rows` have a twin. So they are halved until
    that one is left, and with each half go only the rows that have a twin outside of it.
    """
    if not len(rows.old):
        return
    if len(columns) == 1:
        matches = _matches(*rows.hashes)
        found.within[rows.old[matches.within]] = True
        found.across[rows.new[matches.across]] = True
        return
    middle = len(columns) // 2
    _add_one_apart(found, columns[:middle], rows.alike(columns[middle:]))
    _add_one_apart(found, columns[middle:], rows.alike(columns[:middle]))


@dataclass(frozen=True)
class _Matches:
    """Which training rows stand there twice, which stand there twice or in test, and which test rows stand in train."""

    within: Booleans
    related: Booleans
    across: Booleans


def _matches(before: Hashes, after: Hashes) -> _Matches:
    """Sorts `before` in place: a sorted copy beside it would be as large as a column."""
    order = _narrow(np.argsort(before))
    before.sort()
    within, across = np.zeros(len(before), dtype=bool), np.empty(len(after), dtype=bool)
    for block in blocks(len(before) - 1):
        beside = slice(block.start + 1, block.stop + 1)
        again = before[block] == before[beside]
        within[order[block][again]] = within[order[beside][again]] = True
    related = within.copy()
    for block in blocks(len(after)):
        place = np.minimum(np.searchsorted(before, after[block]), len(before) - 1)
        across[block] = before[place] == after[block]
        related[order[place[across[block]]]] = True
    return _Matches(within, related, across)


def _narrow(places: Integers) -> Anything:
    """The same places in 4 bytes each, within the 8 bytes each that they had, half of which is given back."""
    rows = len(places)
    if places.itemsize < 8 or rows > np.iinfo(np.uint32).max:
        return places
    narrow = places.view(np.uint32)
    for block in blocks(rows):  # in order: what is written never reaches what is still to be read
        narrow[block] = places[block]
    del narrow
    places.resize((rows + 1) // 2, refcheck=False)
    return places.view(np.uint32)[:rows]
