"""Columns of what a series held so long before: known when a forecast is made, as they reach back over its horizon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mlops_spec.pipeline.steps import keys_of
from mlops_spec.pipeline.violation import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.spec.data import Data


def with_lags(data: Data, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with the columns of `data.lags`; missing where the series has no row so long before."""
    if not data.lags:
        return rows
    series, steps = keys_of(data, rows)
    keys = series.astype(np.int64) * (2 * int(steps.max()) + 2) + steps  # what lies before a series is none of another
    order = np.argsort(keys, kind="stable")
    found = {}
    for name, lag in data.lags.items():
        back, width = data.steps_in(lag.by) or 0, data.steps_in(lag.mean) if lag.mean else 1
        values = pd.to_numeric(rows[lag.of], errors="coerce").to_numpy(dtype=np.float64)[order]
        found[name] = _means(keys[order], values, keys - back, width or 1)
    return rows.assign(**found)


def _means(keys: np.ndarray, values: np.ndarray, ends: np.ndarray, width: int) -> np.ndarray:
    """The mean of the known values of the `width` steps up to each end; of one step the value itself."""
    known = ~np.isnan(values)
    first, last = (np.searchsorted(keys, end, side="right") for end in (ends - width, ends))
    count = np.concatenate([[0], np.cumsum(known)])
    there = count[last] - count[first]
    if width == 1:
        return np.asarray(np.where(there > 0, values[np.maximum(last - 1, 0)], np.nan))
    middle = values[known].mean() if known.any() else 0.0
    total = np.concatenate([[0.0], np.cumsum(np.where(known, values - middle, 0.0))])
    blank = np.full(len(ends), np.nan)
    return np.asarray(np.divide(total[last] - total[first], there, out=blank, where=there > 0) + middle)


def violations(data: Data) -> Iterator[Violation]:
    """Lags that reach less far back than a forecast goes ahead, or no whole number of steps."""
    ahead = (data.horizon_steps or 0) + (data.gap_steps or 0)
    for name, lag in data.lags.items():
        back = data.steps_in(lag.by)
        if back is None or (lag.mean is not None and data.steps_in(lag.mean) is None):
            yield Violation(name, f"data.lags reaches back no whole number of steps of {data.frequency}")
        elif back < ahead:
            gap = f" and a gap of {data.split.gap}" if data.split.gap else ""
            told = f"reaches {lag.by} back, and a forecast goes {data.split.horizon}{gap} ahead"
            yield Violation(name, f"data.lags {told}: it would hold what is not known yet")
