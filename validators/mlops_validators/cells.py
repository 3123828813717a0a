"""Weighted sums over cells (bins, fields of a confusion matrix), for many resamples, in memory that rows bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_validators.arrays import Anything, Floats, Integers


def by_cell(cell: Integers, size: int, value: Floats | None = None) -> Callable[[Anything], Floats]:
    """Prepares the sums over cells of weight, or of weight times value: weights (b, n) give (b, size).

    Rows are put in the order of their cells once, so that a cell is a run of neighbours.

    >>> by_cell(np.array([2, 0, 2]), 3)(np.array([[1, 1, 5]]))
    array([[1., 0., 6.]])
    """
    order = np.argsort(cell, kind="stable")
    held, start = np.unique(cell[order], return_index=True)
    ordered = None if value is None else value[order]

    def sums(weights: Anything) -> Floats:
        weight = weights[:, order]
        found = np.zeros((len(weights), size))
        if ordered is None:
            found[:, held] = np.add.reduceat(weight, start, axis=1, dtype=np.float64)
        else:
            found[:, held] = np.add.reduceat(weight * ordered, start, axis=1)
        return found

    return sums
