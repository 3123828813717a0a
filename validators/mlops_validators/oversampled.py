"""Rows that lie exactly between two others: made of them, as oversampling does, before the rows were split.

Such a row divides the way from one to the other alike in every number (SMOTE). Measured rows do not: three columns that
agree on the share to a millionth do so by chance once in 10^12. Shares that small whole numbers give, such as a half,
do not count, nor do columns that go together anyhow, nor rows that differ in less than three.

Source: Chawla et al., "SMOTE: Synthetic Minority Over-sampling Technique" (JAIR 2002).
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from mlops_validators.arrays import Booleans, Floats, Integers

_NEIGHBOURS = 9
_ASKED, _AMONG = 500, 20_000  # rows of a kind
_COLUMNS = 30
_AT_ONCE = 250
_EXACT = 1e-6  # of a column's deviation
_FEWEST = 3  # columns that differ
_TOGETHER = 0.98
_WHOLE = 12  # greatest denominator of a share that whole numbers give
FEWEST_ROWS = 5


def rows_between(numeric: Floats, kind: Integers, side: Booleans, *, seed: int = 0) -> tuple[int, int]:
    """How many of the rows asked lie between two of their kind of which one is on the other side, and how many were.

    Args:
        numeric: the numbers, (n, k); a missing one is compared with nothing.
        kind: what only rows of one are made of each other, such as the class, (n,).
        side: whether a row is in the test, (n,).
        seed: of many rows of a kind 500 are asked, drawn by it.

    Source: see the module.

    >>> rng = np.random.default_rng(0)
    >>> known = rng.normal(size=(200, 4))
    >>> made = known[:50] + rng.random((50, 1)) * (known[50:100] - known[:50])
    >>> both, old = np.concatenate([known, made]), np.zeros(250, int)
    >>> rows_between(both, old, np.arange(250) < 25)[0] > 0, rows_between(known, old[:200], np.arange(200) < 25)[0]
    (True, 0)
    """
    columns = _independent_deviations(numeric)
    if columns.shape[1] < _FEWEST:
        return 0, 0
    rng, found, asked = np.random.default_rng(seed), 0, 0
    for one in np.unique(kind):
        among = np.flatnonzero(kind == one)
        among = among if len(among) <= _AMONG else np.sort(rng.choice(among, _AMONG, replace=False))
        if len(among) <= _NEIGHBOURS:
            continue
        chosen = rng.permutation(len(among))[:_ASKED]
        own, theirs = columns[among], side[among]
        near = cKDTree(np.nan_to_num(own)).query(np.nan_to_num(own[chosen]), _NEIGHBOURS + 1)[1]
        for start in range(0, len(chosen), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            found += int(_is_between(own, theirs, chosen[part], near[part]).sum())
        asked += len(chosen)
    return found, asked


def _independent_deviations(numeric: Floats) -> Floats:
    kept: list[Floats] = []
    for column in numeric.T:
        known = np.isfinite(column)
        if len(kept) == _COLUMNS or known.sum() < 2 or not (spread := float(column[known].std())) > 0:
            continue
        each = np.where(known, (column - column[known].mean()) / spread, np.nan)
        if all(_apart(each, other) for other in kept):
            kept.append(each)
    return np.column_stack(kept) if kept else np.empty((len(numeric), 0))


def _apart(one: Floats, other: Floats) -> bool:
    both = np.isfinite(one) & np.isfinite(other)
    if both.sum() < 3 or not (one[both].std() > 0 < other[both].std()):
        return True
    return bool(abs(np.corrcoef(one[both], other[both])[0, 1]) < _TOGETHER)


def _is_between(own: Floats, side: Booleans, chosen: Integers, near: Integers) -> Booleans:
    hit = np.zeros(len(chosen), dtype=bool)
    middle = own[chosen]
    for first, second in itertools.combinations(range(near.shape[1]), 2):
        one, two = near[:, first], near[:, second]
        others = (one != chosen) & (two != chosen)
        across = others & ((side[one] != side[chosen]) | (side[two] != side[chosen])) & ~hit
        if across.any():
            rows = np.flatnonzero(across)
            hit[rows] = _divides(middle[rows], own[one[rows]], own[two[rows]])
    return hit


def _divides(middle: Floats, one: Floats, two: Floats) -> Booleans:
    way, gone = two - one, middle - one
    known = np.isfinite(way) & np.isfinite(gone)
    moves = known & (np.abs(way) > _EXACT)
    widest = np.where(moves, np.abs(way), 0).argmax(axis=1)[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.take_along_axis(gone, widest, 1) / np.take_along_axis(way, widest, 1)
        off = np.where(known, np.abs(gone - share * way), 0).max(axis=1)
        parts = share * np.arange(1, _WHOLE + 1)
        whole = (np.abs(parts - np.round(parts)) < 1e-5).any(axis=1)
    within = (share[:, 0] > 1e-3) & (share[:, 0] < 1 - 1e-3)
    return np.asarray(within & ~whole & (off < _EXACT) & (moves.sum(axis=1) >= _FEWEST))
