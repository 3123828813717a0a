"""What the model sees of a day: the one place where training and answering prepare their columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

YEAR = 365.2425  # days


def prepare(rows: pd.DataFrame, lags: Sequence[str]) -> pd.DataFrame:
    """The season as two waves of a year and two of half a year, and the lags as they are."""
    day = pd.to_datetime(rows["date"], utc=True).dt.day_of_year.to_numpy(dtype=np.float64)
    waves = {
        f"{name}_{times}": wave(2 * np.pi * times * day / YEAR)
        for times in (1, 2)
        for name, wave in (("sine", np.sin), ("cosine", np.cos))
    }
    return rows[list(lags)].astype("float64").assign(**waves)
