"""Labels of a forecast find their rows by series and time: what was asked of a store's day, and what it sold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from mlops_spec.errors import Failure
from mlops_spec.package.moments import parsed, unzoned
from mlops_spec.pipeline.steps import keys_of

if TYPE_CHECKING:
    from mlops_spec.spec.data import Data


def known_by(data: Data) -> list[str]:
    """The columns that name a row of a forecast: its time, and its series where there are several."""
    return [name for name in (data.time, data.series) if name is not None]


def by_step(data: Data, labels: pd.DataFrame, asked: pd.DataFrame) -> tuple[pd.DataFrame, tuple[object, ...]]:
    """The labels with the `key` of their step in `key`, and the keys of what was asked.

    A step is told as training tells it, so that a day is the same at its first hour or its last, in winter or summer.
    Raises Failure where the log or the labels do not say when a row is.
    """
    names = known_by(data)
    if lacking := [name for name in names if name not in asked.columns]:
        raise Failure(f"the model is not given {', '.join(f'`{name}`' for name in lacking)}, which its log lacks")
    if (wrong := unzoned(labels[names[0]])).any():
        raise Failure(f"{int(wrong.sum()):,} labels have a `{names[0]}` without offset from UTC where others have one")
    sides = [side[names].assign(**{names[0]: _moments(side[names[0]])}) for side in (labels, asked)]
    rows = pd.concat(sides, ignore_index=True)
    known = rows[names[0]].notna()
    keys = pd.Series([None] * len(rows), dtype=object)
    try:
        series, steps = keys_of(data, rows[known])
    except ValueError as error:
        raise Failure(f"labels and what was asked are of no one frequency: {error}") from error
    keys[known] = pd.Series(list(zip(series.tolist(), steps.tolist(), strict=True)), index=rows.index[known])
    told = labels.assign(key=keys.iloc[: len(labels)].to_numpy())
    return told[told["key"].notna()], tuple(keys.iloc[len(labels) :])


def _moments(times: pd.Series) -> pd.Series:
    """Years are whole numbers, as training has them; all else is moments."""
    return times if times.dtype.kind in "iu" else parsed(times)
