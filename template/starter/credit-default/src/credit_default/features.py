"""What the model sees of a row: the one place where training and answering prepare their columns."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

CATEGORIES = ["education", "marriage"]


def prepare(rows: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The columns in this order, categories as objects: a missing one looks the same in one row and in a million."""
    prepared = rows[list(columns)]
    return prepared.assign(**{name: prepared[name].astype(object) for name in CATEGORIES})
