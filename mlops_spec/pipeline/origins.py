"""Rolling origins: which rows a forecast is tested on, from which origin, and what is known there.

The last `folds` horizons are tested. A forecast goes one horizon far from its origin, which lies the gap before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlops_spec.pipeline.steps import keys_of
from mlops_spec.pipeline.violation import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from mlops_spec.spec.data import Data

_SHOWN = 5
TRAIN, NEITHER = -1, -2


def folds_of(data: Data, steps: np.ndarray) -> np.ndarray:
    """The fold of each step, from 0, shape (n,); `TRAIN` for those before the first origin, `NEITHER` in the gap."""
    horizon, gap = data.horizon_steps or 1, data.gap_steps or 0
    first = int(steps.max()) - data.split.folds * horizon + 1
    found = (steps - first) // horizon
    return np.where(steps >= first, found, np.where(steps < first - gap, TRAIN, NEITHER))


def known_until(data: Data, steps: np.ndarray) -> np.ndarray:
    """The last step that is known where each tested step is forecast, (n,); steps of test rows up to the last."""
    horizon, gap = data.horizon_steps or 1, data.gap_steps or 0
    first = int(steps.max()) - data.split.folds * horizon + 1
    return first + (steps - first) // horizon * horizon - 1 - gap


def violations(data: Data, rows: pd.DataFrame) -> Iterator[Violation]:
    """What is too short to be split so: all rows, or a series that is to be forecast and begins too late."""
    series, steps = keys_of(data, rows)
    folds, season = folds_of(data, steps), data.season_steps or 1
    before = folds == TRAIN
    asked = f"{data.split.folds} × {data.split.horizon}" + (f" and a gap of {data.split.gap}" if data.split.gap else "")
    there = int(np.ptp(steps[before])) + 1 if before.any() else 0
    if there <= season:
        yield Violation(
            str(data.time),
            f"{int(np.ptp(steps)) + 1:,} steps of {data.frequency} are too few to test {asked}: {there:,} are left to "
            f"learn from, and a season has {season:,}",
        )
        return
    late = np.setdiff1d(np.unique(series[folds >= 0]), np.unique(series[before]))
    if len(late) and data.series is not None:
        names = np.unique(rows[data.series].astype(str).to_numpy(dtype=object))[late]
        first = ", ".join(names[:_SHOWN].tolist()) + ", …" * (len(names) > _SHOWN)
        yield Violation(data.series, f"{len(names):,} series have no row before the first origin: {first}")


def notes(data: Data, rows: pd.DataFrame) -> Iterator[str]:
    """What is worth a word though the split stands: series that ended, steps without a row."""
    series, steps = keys_of(data, rows)
    tested = np.unique(series[folds_of(data, steps) >= 0])
    count = int(series.max()) + 1
    if len(tested) < count:
        yield f"{count - len(tested):,} of {count:,} series have no row in the tested time, and are not judged"
    ends = [np.full(count, fill) for fill in (np.iinfo(np.int64).max, np.iinfo(np.int64).min)]
    np.minimum.at(ends[0], series, steps)
    np.maximum.at(ends[1], series, steps)
    if missing := int((ends[1] - ends[0] + 1).sum()) - len(rows):
        yield f"{missing:,} steps of {data.frequency} between a series' first and last row have no row"
