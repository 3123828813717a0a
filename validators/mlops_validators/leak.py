"""Test rows that are nearly training rows, told from rows that are alike by chance.

The columns are dealt into six blocks, and rows are compared without one block, then without two: so a copy is found
with any two columns changed. Rows of one hash are a cell; of each cell of two to five rows the sides are asked: once
over all ways to leave blocks out, each row in one cell at most, and once for each way by itself, since many rows that
are alike by chance without one column would hide the copies that have another changed.

Which rows are alike does not depend on the sides. So where a split draws rows by lot, a cell of two lies on both sides
with the chance 2 p (1 - p), p being the test's share, and independently of any other cell without a row in common. A
copy across lies there always. Rows that the split keeps together, such as those of one group, count as one. A split by
time is not by lot: rows near in time are alike and on one side, so cells are mixed less often than by lot, not more.

Source: a permutation test of the sides (Fisher, The Design of Experiments, 1935), with the bound of Hoeffding,
"Probability Inequalities for Sums of Bounded Random Variables" (1963), theorem 1, for its tail.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.blocks import blocks
from mlops_validators.hashed import columns_of
from mlops_validators.verdict import Verdict, undecided

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike

    from mlops_validators.arrays import Booleans, Integers
    from mlops_validators.hashed import Column, Hashes

DIGITS = 3
ALPHA = 0.005
_BLOCKS = 6
_LEFT_OUT = 2
_LARGEST = 5  # rows: a larger cell is of a kind, not of copies


@dataclass(frozen=True)
class Twins:
    """Cells of nearly equal rows that have no row in common.

    >>> Twins(cells=10, mixed=10, expected=3.75).by_chance < 1e-4
    True
    """

    cells: int
    mixed: int
    """How many of them lie on both sides."""
    expected: float
    """How many would, if the sides were drawn by lot."""

    def __add__(self, other: Twins) -> Twins:
        return Twins(self.cells + other.cells, self.mixed + other.mixed, self.expected + other.expected)

    @property
    def by_chance(self) -> float:
        """How often the lot mixes as many cells or more, at most."""
        if self.mixed <= self.expected:
            return 1.0
        if not self.expected:
            return 0.0
        share, mean = self.mixed / self.cells, self.expected / self.cells
        apart = (1 - share) * np.log((1 - share) / (1 - mean)) if share < 1 else 0.0
        return float(np.exp(-self.cells * (share * np.log(share / mean) + apart)))


def near_twins(
    train: Mapping[str, ArrayLike],
    test: Mapping[str, ArrayLike],
    *,
    together: tuple[Integers, Integers] | None = None,
    digits: int = DIGITS,
) -> tuple[Twins, ...]:
    """Rows that are alike without one block of columns, then with those alike without two, then without each by itself.

    The first looks find copies of which each has another column changed; the others those with the same one changed,
    also where many rows are alike by chance without some other column.

    Approximate: two numbers on either side of a rounding step differ, however near they are.

    Args:
        train: columns by name, each (n,); what names a row (its id) left out.
        test: the same columns, each (m,).
        together: of training rows (n,) and test rows (m,) a number from 0 for what the split draws by: rows of one
            number go to one side. Without it each row is drawn for itself.
        digits: how many significant digits of a number count.

    Raises:
        ValueError: columns differ, or their lengths do, or there are none.

    >>> near_twins({"a": [1.0, 2.0], "b": [5.0, 6.0], "c": [0, 3]}, {"a": [1.0001], "b": [9.0], "c": [0]})[0].mixed
    1
    """
    columns = columns_of(train, test, digits)
    table = _Table(columns, None if together is None else np.concatenate(together))
    dealt = _dealt_blocks(columns)
    pooled, single = list[Twins](), list[Twins]()
    for blocks_out in range(1, min(_LEFT_OUT, len(dealt) // 2) + 1):  # at least half of the columns are compared
        for left_out in itertools.combinations(dealt, blocks_out):
            single.append(table.look([column for block in left_out for column in block]))
        pooled.append(table.pooled)
    return (*pooled, *single)


def judge_twins(looks: Sequence[Twins], rows: int) -> Verdict:
    """It fails when more cells lie on both sides than the lot would put there once in 200 splits, and else passes.

    More of them is worse. The chance is over all looks.

    Args:
        looks: as `near_twins` gives them.
        rows: how many test rows there are.

    Source: as the module.

    >>> judge_twins([Twins(12, 12, 4.5)], 100).reason
    '12 of 12 groups of nearly equal rows lie on both sides of the split; 4.5 would by chance'
    """
    if not rows:
        return undecided("there are no test rows")
    worst = least_likely(looks)
    if worst is None:
        return Verdict("pass", "no few rows are nearly alike")
    told = f"{worst.mixed:,} of {worst.cells:,} groups of nearly equal rows lie on both sides of the split"
    failed = worst.by_chance * len(looks) < ALPHA
    return Verdict("fail" if failed else "pass", f"{told}; {worst.expected:,.3g} would by chance")


def least_likely(looks: Sequence[Twins]) -> Twins | None:
    """The look that chance explains least; None where no rows are alike.

    >>> least_likely([]) is None
    True
    """
    return min((look for look in looks if look.cells), key=lambda look: look.by_chance, default=None)


class _Table:
    """All rows' hashes, training rows first, and which of what the split draws has been in a cell."""

    def __init__(self, columns: Sequence[Column], together: Integers | None) -> None:
        self._train = len(columns[0].old)
        self._together = together
        self._whole: Hashes = np.zeros(self._train + len(columns[0].new), dtype=np.uint64)
        for column in columns:
            column.add(self._whole)
        drawn = len(self._whole) if together is None else int(together.max()) + 1
        self._seen = np.zeros(drawn, dtype=bool)
        test = len(self._whole) - self._train if together is None else len(np.unique(together[self._train :]))
        self._test_share = test / drawn
        self.pooled = Twins(0, 0, 0.0)

    def look(self, left_out: Sequence[Column]) -> Twins:
        """The cells without these columns; those of which no row was in a cell before are added to `pooled`."""
        hashes = self._whole.copy()
        for column in left_out:
            column.add(hashes, sign=-1)
        rows, cell = _shared_cells(hashes)
        drawn = rows if self._together is None else self._together[rows]
        usable = _is_disjoint(cell, drawn, self._seen[drawn])
        self._seen[drawn[usable]] = True
        self.pooled += self._counted(rows[usable], cell[usable], drawn[usable])
        usable = _is_disjoint(cell, drawn, np.zeros(len(drawn), dtype=bool))
        return self._counted(rows[usable], cell[usable], drawn[usable])

    def _counted(self, rows: Integers, cell: Integers, drawn: Integers) -> Twins:
        if not len(rows):
            return Twins(0, 0, 0.0)
        cell = np.unique(cell, return_inverse=True)[1]
        lots = np.bincount(np.unique(np.stack([cell, drawn]), axis=1)[0])
        mixed = _any_in_cell(cell, rows < self._train) & _any_in_cell(cell, rows >= self._train)
        told = (lots > 1) | mixed  # what is drawn as a whole tells nothing, unless it is on both sides all the same
        chance = 1 - self._test_share**lots - (1 - self._test_share) ** lots
        return Twins(int(told.sum()), int(mixed.sum()), float(chance[told].sum()))


def _dealt_blocks(columns: Sequence[Column]) -> list[list[Column]]:
    ordered = sorted(columns, key=lambda column: -column.richness)
    return [ordered[place::_BLOCKS] for place in range(min(_BLOCKS, len(ordered)))]


def _shared_cells(hashes: Hashes) -> tuple[Integers, Integers]:
    ordered = np.sort(hashes)
    again = np.concatenate([[False], ordered[1:] == ordered[:-1], [False]])
    starts, ends = np.flatnonzero(again[1:] & ~again[:-1]), np.flatnonzero(again[:-1] & ~again[1:])
    shared = ordered[starts[ends - starts < _LARGEST]]
    del ordered, again, starts, ends
    rows, cells = [np.empty(0, dtype=np.intp)], [np.empty(0, dtype=np.intp)]
    for block in blocks(len(hashes) if len(shared) else 0):
        place = np.minimum(np.searchsorted(shared, hashes[block]), len(shared) - 1)
        hit = np.flatnonzero(shared[place] == hashes[block])
        rows.append(block.start + hit)
        cells.append(place[hit])
    return np.concatenate(rows), np.concatenate(cells)


def _any_in_cell(cell: Integers, what: Booleans) -> Booleans:
    return np.bincount(cell, weights=what) > 0


def _is_disjoint(cell: Integers, drawn: Integers, seen: Booleans) -> Booleans:
    if not len(cell):
        return np.empty(0, dtype=bool)
    return np.asarray(~_any_in_cell(cell, seen | ~_is_first_cell(cell, drawn))[cell])


def _is_first_cell(cell: Integers, drawn: Integers) -> Booleans:
    _, first, place = np.unique(drawn, return_index=True, return_inverse=True)
    return np.asarray(cell == cell[first][place])
