"""What was known of a row's series when its value was forecast: scales of its moves, and forecasts without a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mlops_spec.pipeline.blocks import block_length
from mlops_spec.pipeline.known import columns_of
from mlops_spec.pipeline.origins import known_until
from mlops_spec.pipeline.spread import spread_of
from mlops_spec.pipeline.steps import keys_of
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from mlops_spec.spec import Spec
    from mlops_spec.spec.data import Data

_FEWEST_SERIES = 30  # from which whole series are drawn


def with_history(
    spec: Spec, truth: np.ndarray, train: pd.DataFrame, test: pd.DataFrame, between: pd.DataFrame | None = None
) -> np.ndarray:
    """The truth (n,), for a forecast (n, 6) with what was known of each row (see `mlops_validators.forecasts`); for one
    by k quantiles (n, 6 + 2 k) with those of the forecasts without a model (see `mlops_validators.quantiles`).

    `train` and `test` have at least `columns_of`, and so has what lies `between` them, in the gap.
    """
    if not TASKS[spec.task].ahead:
        return truth
    data = spec.data
    sides = (train, *([] if between is None else [between]), test)
    rows = pd.concat([each[columns_of(spec)] for each in sides], ignore_index=True)
    series, steps = keys_of(data, rows)
    known, tested = _Known.of(series, steps, rows[data.targets[0]].to_numpy(dtype=np.float64)), slice(-len(test), None)
    until, season = known_until(data, steps[tested]), data.season_steps or 1
    absolute, squared = _moves(known, slice(0, len(train)), season)
    back = -(-(steps[tested] - until) // season) * season  # whole seasons to what is known
    naive = known.at(series[tested], until)
    seasonal = known.at(series[tested], steps[tested] - back)
    seasonal = np.where(np.isnan(seasonal), naive, seasonal)
    mine = series[tested]
    told = [truth, absolute[mine], squared[mine], mine, naive, seasonal]
    if levels := data.quantiles:
        errors = _Errors(known, absolute)
        for simple, steps_back in ((naive, steps[tested] - until), (seasonal, back)):
            apart = spread_of(errors, len(train), steps_back, levels)
            told += [simple + absolute[mine] * each for each in apart.T]
    return np.array(told).T  # whose columns lie one after the other, and are read so


@dataclass(frozen=True)
class _Known:
    """All values of all series, in the order of series and step, each row as it came."""

    series: np.ndarray
    steps: np.ndarray
    values: np.ndarray
    keys: np.ndarray
    sorted_values: np.ndarray
    span: int

    @classmethod
    def of(cls, series: np.ndarray, steps: np.ndarray, values: np.ndarray) -> _Known:
        span = int(steps.max()) + 1
        keys = series.astype(np.int64) * span + steps
        order = np.argsort(keys, kind="stable")
        return cls(series, steps, values, keys[order], values[order], span)

    def at(self, series: np.ndarray, steps: np.ndarray) -> np.ndarray:
        """The value of each series at a step, or the last before it; NaN where there is none."""
        start = series.astype(np.int64) * self.span
        place = np.searchsorted(self.keys, start + np.minimum(steps, self.span - 1), side="right") - 1
        found = (steps >= 0) & (place >= 0) & (self.keys[place] >= start)
        return np.where(found, self.sorted_values[place], np.nan)

    def exactly(self, series: np.ndarray, steps: np.ndarray) -> np.ndarray:
        """The value of each series at a step; NaN where it has no such row."""
        wanted = series.astype(np.int64) * self.span + steps
        place = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return np.where((steps >= 0) & (self.keys[place] == wanted), self.sorted_values[place], np.nan)


@dataclass(frozen=True)
class _Errors:
    """Of rows, how far each was from the value so many steps before, in units of its series' moves; NaN: not known."""

    known: _Known
    moves: np.ndarray

    def __call__(self, rows: np.ndarray, back: int) -> np.ndarray:
        series, steps = self.known.series[rows], self.known.steps[rows]
        apart = self.known.values[rows] - self.known.exactly(series, steps - back)
        unit = self.moves[series]
        return np.asarray(np.divide(apart, unit, out=np.full(len(rows), np.nan), where=unit > 0))


def _moves(known: _Known, train: slice, season: int) -> tuple[np.ndarray, np.ndarray]:
    """Of each series the mean absolute and the mean squared difference of training rows one season apart; 0: none."""
    series, steps = known.series[train], known.steps[train]
    apart = known.values[train] - known.exactly(series, steps - season)
    there = ~np.isnan(apart)
    count = int(known.series.max()) + 1
    rows = np.maximum(np.bincount(series[there], minlength=count), 1)
    return tuple(  # type: ignore[return-value]
        np.bincount(series[there], each, count) / rows for each in (np.abs(apart[there]), apart[there] ** 2)
    )


def drawn_by(data: Data, rows: pd.DataFrame, errors: np.ndarray) -> np.ndarray:
    """What tested rows depend on each other: whole series, or where there are few of them blocks of time, (n,).

    The longer the `errors` (n,) of steps go on, the longer is a block.
    """
    series, steps = keys_of(data, rows)
    if len(np.unique(series)) >= _FEWEST_SERIES:
        return series
    _, place, count = np.unique(steps, return_inverse=True, return_counts=True)
    return np.asarray(place // block_length(np.bincount(place, np.abs(errors)) / count))
