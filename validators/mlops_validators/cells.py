"""Weighted sums over cells (bins, classes), for many resamples at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.blocks import BLOCK, blocks

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_validators.arrays import Anything, Floats, Integers


def summed(cell: Integers, value: Anything, size: int = 0) -> Floats:
    """The sum of `value` (n,) in each cell, shape (cells,): as many as there are, at least `size`.

    >>> summed(np.array([1, 0, 1]), np.array([1.0, 2.0, 3.0]))
    array([2., 4.])
    """
    return np.asarray(np.bincount(cell, value, size), dtype=np.float64)


def by_cell(cell: Integers, size: int, value: Anything | None = None) -> Callable[[Anything], Floats]:
    """Prepares the sums over cells of weight, or of weight times value: weights (b, n) give (b, size).

    Args:
        cell: the cell of each row, 0 to size - 1, shape (n,).
        size: how many cells there are.
        value: of each row, shape (n,); ones unless given.

    >>> by_cell(np.array([2, 0, 2]), 3)(np.array([[1, 1, 5]]))
    array([[1., 0., 6.]])
    """
    held = cell.astype(np.min_scalar_type(size))

    def sums(weights: Anything) -> Floats:
        found = np.zeros((len(weights), size))
        for lines in blocks(len(weights), max(1, BLOCK // len(held))):
            start = np.arange(lines.stop - lines.start)[:, None] * size  # each resample has cells of its own
            for block in blocks(len(held)):
                weight = weights[lines, block] if value is None else weights[lines, block] * value[block]
                place = (start + held[block]).ravel()
                found[lines] += np.bincount(place, weight.ravel(), start.size * size).reshape(-1, size)
        return found

    return sums
