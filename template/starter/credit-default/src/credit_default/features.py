"""What the model sees of a row: the one place where training and answering prepare their columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

CATEGORIES = {
    "education": pd.Index(["graduate_school", "university", "high_school", "other", "unknown"]),
    "marriage": pd.Index(["married", "single", "other", "unknown"]),
}


def prepare(rows: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The columns in this order, each category as its number; one that is missing or not listed is a missing number."""
    return rows[list(columns)].assign(**{name: _numbers(rows[name], known) for name, known in CATEGORIES.items()})


def _numbers(values: pd.Series, known: pd.Index) -> np.ndarray:
    """Places among the known categories (n,)."""
    places = known.get_indexer(values)
    return np.where(places < 0, np.nan, places)
