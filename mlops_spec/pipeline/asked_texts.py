"""The texts that a model of texts is asked: its features of text, longest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mlops_spec.spec.features import is_feature

if TYPE_CHECKING:
    from mlops_spec.spec import Spec


def asked_texts(spec: Spec, rows: pd.DataFrame) -> list[tuple[str, np.ndarray]]:
    """Each feature of text with its values, (n,) of object, a missing one empty; by their length together."""
    found = [
        (str(name), _texts(rows[name]))
        for name in rows.columns
        if is_feature(spec, str(name)) and pd.api.types.is_string_dtype(rows[name])
    ]
    return sorted(found, key=lambda each: -sum(map(len, each[1])))


def _texts(values: pd.Series) -> np.ndarray:
    return np.array([value if isinstance(value, str) else "" for value in values.tolist()], dtype=object)
