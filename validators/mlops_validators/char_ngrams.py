"""Runs of one to six characters that two texts share, counted exactly, many rows at a time.

Counted with a dictionary for each text they take a microsecond a run. Here a block's runs become numbers that are equal
where runs are, and one sort for each length brings equal ones together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_validators.arrays import Anything, Booleans, Integers

LENGTHS = 6
_CHARACTERS = 2**16  # of a block, about: what is sorted stays in the cache
_MOST = 2**62


def shared_runs(told: Sequence[str], truth: Sequence[str]) -> Integers:
    """Of each row and each length from 1 to 6 the runs of the answer, of the reference, and those that are in both,
    shape (rows, 6, 3); white space is no character. A run that stands twice in one text counts twice where the other
    has it twice.

    Where the reference has no run of a length, those of the answer count as none, as sacrebleu has it.

    Source: Popović, "chrF: character n-gram F-score for automatic MT evaluation" (2015).

    >>> shared_runs(["abab"], ["ab a"])[0, :3].tolist()
    [[4, 3, 3], [3, 2, 2], [2, 1, 1]]
    """
    found: Anything = np.zeros((len(told), LENGTHS, 3), dtype=np.int32)
    one, two = (["".join(text.split()) for text in side] for side in (told, truth))
    sizes = np.array([len(answer) + len(reference) for answer, reference in zip(one, two, strict=True)], dtype=np.intp)
    for block in _blocks(sizes):
        _count(one[block], two[block], found[block])
    return found


def _blocks(sizes: Integers) -> Iterator[slice]:
    """Slices of rows that have so many characters together, or of one that has more."""
    reached, start = np.cumsum(sizes), 0
    while start < len(sizes):
        before = reached[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(reached, before + _CHARACTERS, side="right")))
        yield slice(start, stop)
        start = stop


class _Runs(NamedTuple):
    """The runs of one length: where each starts, a number that tells it from others, and a bound of those numbers."""

    start: Integers
    number: Integers
    bound: int
    length: int


def _count(told: Sequence[str], truth: Sequence[str], found: Anything) -> None:
    lengths = np.array([len(text) for text in (*told, *truth)], dtype=np.int64)
    characters, known = _ranked("".join((*told, *truth)))
    if not known:
        return
    rows = len(told)
    text = np.repeat(np.arange(2 * rows), lengths)
    left = np.repeat(np.cumsum(lengths), lengths) - np.arange(len(characters))  # in its text, from here on
    runs = _Runs(np.arange(len(characters)), characters, known, 1)
    for length in range(1, LENGTHS + 1):
        there = np.maximum(lengths.reshape(2, rows) - length + 1, 0)
        found[:, length - 1, 0] = np.where(there[1] > 0, there[0], 0)
        found[:, length - 1, 1] = there[1]
        if length > 1:
            runs = _longer(runs, left[runs.start] >= length, characters, known)
        found[:, length - 1, 2] = _in_both(runs, text[runs.start], rows)


def _ranked(text: str) -> tuple[Integers, int]:
    """The text's characters as numbers from 0, (n,), and how many different ones there are."""
    points = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
    if not len(points):
        return np.zeros(0, dtype=np.int64), 0
    there = np.zeros(int(points.max()) + 1, dtype=bool)
    there[points] = True
    rank = np.cumsum(there) - 1
    return rank[points], int(rank[-1]) + 1


def _longer(runs: _Runs, fits: Booleans, characters: Integers, known: int) -> _Runs:
    """Those runs that `fits` says have another character, with it."""
    start, number, bound, length = runs.start[fits], runs.number[fits], runs.bound, runs.length
    if bound * known > _MOST >> 24:  # rows and sides need bits as well
        values, number = np.unique(number, return_inverse=True)
        bound = len(values)
    return _Runs(start, number * known + characters[start + length], bound * known, length + 1)


def _in_both(runs: _Runs, text: Integers, rows: int) -> Integers:
    """Of each row the runs that both of its texts have."""
    key = (text % rows * runs.bound + runs.number) * 2 + text // rows
    if not len(key):
        return np.zeros(rows, dtype=np.int64)
    key.sort()
    alike = key >> 1
    starts = np.flatnonzero(np.concatenate([[True], alike[1:] != alike[:-1]]))
    total = np.diff(starts, append=len(key))
    of_truth = np.add.reduceat(key & 1, starts)
    shared = np.minimum(of_truth, total - of_truth)
    return np.bincount(alike[starts] // runs.bound, weights=shared, minlength=rows).astype(np.int64)
