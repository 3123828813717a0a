"""A measure of your own that gives a number for each row: its value is their mean, and resamples need no further call.

A number that depends on the rows beside it is none of its row: a mean of such numbers over a slice, or a resample, is
not what the function gives there. So some rows are asked alone, and must get the same number.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.arrays import Anything, Floats, Task, numbers
from mlops_validators.measures import MEASURES, Measure
from mlops_validators.weighted import of_mean

if TYPE_CHECKING:
    from mlops_validators.answers import Answers
    from mlops_validators.arrays import Integers
    from mlops_validators.weighted import Kernel

OfRows = Callable[[Anything, Anything], Anything]
_ALONE = 5  # rows that are asked alone
_CLOSE = 1e-6


def row_measure(name: str, function: OfRows, *, task: Task, higher_is_better: bool) -> Measure:
    """The mean of what a function gives for each row; it is called once for an interval, and knows weights of rows.

    Args:
        name: how it is called; not a key of `MEASURES`.
        function: (y_true, y_score) -> numbers, shape (n,), arrays as `Measure` takes them.
        task: what it is for.
        higher_is_better: which way is better.

    Raises:
        ValueError: there is a measure of that name.

    >>> late = row_measure("late", lambda y, p: np.maximum(y - p, 0), task="regression", higher_is_better=False)
    >>> late([1.0, 5.0], [2.0, 2.0])
    1.5
    """
    if name in MEASURES:
        raise ValueError(f"`{name}` is a measure already")

    def prepare(given: Answers, _: Integers | None) -> Kernel:
        return of_mean(_each(name, function, given.actual, given.score))

    def value(truth: Anything, read: Anything, weights: Floats | None) -> float:
        return float(np.average(_each(name, function, truth, read), weights=weights))

    return Measure(name, (task,), higher_is_better, "score", -inf, inf, value, prepare)


def _each(name: str, function: OfRows, truth: Anything, read: Anything) -> Floats:
    found = numbers(name, function(truth, read))
    if len(found) != len(truth):
        raise ValueError(f"{name} gives {len(found)} numbers for {len(truth)} rows; it must give one for each")
    for row in np.unique(np.linspace(0, len(truth) - 1, _ALONE).round().astype(int)):
        alone = numbers(name, function(truth[[row]], read[[row]]))
        if len(alone) != 1 or abs(alone[0] - found[row]) > _CLOSE * max(1.0, abs(found[row])):
            raise ValueError(
                f"{name} gives row {row} the number {found[row]:.6g} among all rows and {alone[0]:.6g} alone: it is no "
                "measure of each row"
            )
    return found
