"""Measures of forecasts: errors beside how far each series moves by itself, and beside forecasts that need no model.

`y_true` (n, 6) holds for each row its value and what was known of its series when the forecast was made: in this order
the value; the mean absolute and the mean squared difference of the training rows one season apart, in the value's unit
and its square; the code of the series, 0 to k - 1; the naive forecast (the last known value); and the seasonal naive
one (the last known value of the same season).

Means are over all rows: of series that have as many rows each the mean of the series' own `mase`. Of `rmsse`, whose
root is none of a row, the mean is over series, as M5 has it where series count alike.

Source: Hyndman and Koehler, "Another look at measures of forecast accuracy" (2006) for MASE; the M5 guide for RMSSE;
the M4 guide for sMAPE, which goes from 0 to 2.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.arrays import divide
from mlops_validators.cells import by_cell, summed
from mlops_validators.weighted import Sums, of_mean

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_validators.answers import Answers
    from mlops_validators.arrays import Anything, Floats, Integers
    from mlops_validators.weighted import Kernel

VALUE, ABSOLUTE, SQUARED, SERIES, NAIVE, SEASONAL = range(6)


def _mase(given: Answers, _: Integers | None) -> Sums:
    """Mean absolute scaled error: below 1 it beats the seasonal naive forecast of one step in training."""
    scale, error = scale_of(given, ABSOLUTE, "mase"), _errors(given)
    return of_mean(np.divide(error, scale, out=error))


def _rmsse(given: Answers, _: Integers | None) -> Kernel:
    """Root mean squared scaled error: the mean over series of each one's root, as M5 takes it.

    A series counts what its rows count on average. Where series are drawn whole their roots stay, and it is a mean.
    """
    scale, squares = scale_of(given, SQUARED, "rmsse"), np.square(_errors(given))
    np.divide(squares, scale, out=squares)
    series = given.truth[:, SERIES].astype(np.intp)
    size = np.bincount(series).astype(np.float64)
    count, share = len(size), divide(np.ones(len(size)), size)
    if given.group is not None and _drawn_whole(series, given.group):
        weight = np.ones(len(series)) if given.weight is None else given.weight
        root = np.sqrt(divide(summed(series, weight * squares, count), summed(series, weight, count)))
        return Sums(
            len(series),
            lambda block: [(root * share)[series[block]], share[series[block]]],
            lambda sums: divide(sums[1], sums[2]),
        )
    rows, errors = by_cell(series, count), by_cell(series, count, squares)

    def value(weights: Anything) -> Floats:
        there = rows(weights)
        roots = np.sqrt(np.divide(errors(weights), there, out=np.zeros_like(there), where=there > 0))
        counts = there * np.nan_to_num(share)
        return divide((counts * roots).sum(axis=1), counts.sum(axis=1))

    return value


def _drawn_whole(series: Integers, group: Integers) -> bool:
    """Whether no series lies in two groups."""
    of = np.zeros(int(series.max()) + 1, dtype=group.dtype)
    of[series] = group
    return np.array_equal(of[series], group)


def _wape(given: Answers, _: Integers | None) -> Sums:
    """Weighted absolute percentage error: what all rows are off by, in terms of what they add up to."""
    size = np.abs(given.actual)
    if not size.any():
        raise ValueError("wape is undefined where every `y_true` is 0")
    return _ratio(_errors(given), size)


def _smape(given: Answers, _: Integers | None) -> Sums:
    """Symmetric mean absolute percentage error, 0 to 2; a row of 0 that was forecast as 0 is no error."""
    size = np.abs(given.actual) + np.abs(given.point)
    return of_mean(np.divide(2 * _errors(given), size, out=np.zeros(len(size)), where=size > 0))


def _skill(place: int, name: str) -> Callable[[Answers, Integers | None], Sums]:
    """The share of a simple forecast's absolute error that the model saves: 0 is no better, below 0 is worse."""

    def prepare(given: Answers, _: Integers | None) -> Sums:
        simple = np.abs(given.actual - _history(given, name)[:, place])
        if not simple.any():
            raise ValueError(f"{name} is undefined where the simple forecast is never wrong")
        found = _ratio(_errors(given), simple)
        return replace(found, combine=lambda sums: 1 - divide(sums[1], sums[2]))

    return prepare


def _ratio(above: Floats, below: Floats) -> Sums:
    return Sums(len(above), lambda block: [above[block], below[block]], lambda sums: divide(sums[1], sums[2]))


def _errors(given: Answers) -> Floats:
    error = given.actual - given.point
    return np.abs(error, out=error)


def _history(given: Answers, name: str) -> Floats:
    if given.truth.ndim == 1:
        raise ValueError(f"{name} is undefined without what was known of each row's series")
    return given.truth


def scale_of(given: Answers, place: int, name: str) -> Floats:
    """How far each row's series moves from season to season in training, (n,): at `ABSOLUTE`, or at `SQUARED`.

    Raises:
        ValueError: there is no history, or a series never moves; `name` is of the measure.

    Source: see the module.

    >>> from mlops_validators.answers import answers
    >>> given = answers([[10, 2, 5, 0, 9, 14]] * 2, [12, 20], ("forecasting",), "mase")
    >>> scale_of(given, ABSOLUTE, "mase")
    array([2., 2.])
    """
    scale = _history(given, name)[:, place]
    if scale.min() <= 0:
        still = np.unique(given.truth[scale <= 0, SERIES]).size
        count = f"{still:,} of {np.unique(given.truth[:, SERIES]).size:,} series"
        raise ValueError(f"{name} is undefined: in training {count} never differ from the season before")
    return scale


KERNELS: dict[str, Callable[[Answers, Integers | None], Kernel]] = {
    "mase": _mase,
    "rmsse": _rmsse,
    "wape": _wape,
    "smape": _smape,
    "skill_naive": _skill(NAIVE, "skill_naive"),
    "skill_seasonal_naive": _skill(SEASONAL, "skill_seasonal_naive"),
}
