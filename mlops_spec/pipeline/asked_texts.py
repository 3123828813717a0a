"""What a model of texts is asked: its features of text, longest first, or all of its features."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mlops_spec.package.predictor.json_answers import as_text
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


def asked(spec: Spec, rows: pd.DataFrame) -> np.ndarray:
    """Of each row its features by name as a JSON text, (n,) of object: what a judge without references goes by."""
    names = [str(name) for name in rows.columns if is_feature(spec, str(name))]
    values = [[plain_value(value) for value in rows[name].tolist()] for name in names]
    columns = zip(*values, strict=True) if names else ([] for _ in range(len(rows)))
    return np.array([as_text(dict(zip(names, row, strict=True))) for row in columns], dtype=object)


def plain_value(value: object) -> object:
    """A time is ISO 8601, what is missing None."""
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return None if pd.isna(value) else value  # type: ignore[call-overload]


def _texts(values: pd.Series) -> np.ndarray:
    return np.array([value if isinstance(value, str) else "" for value in values.tolist()], dtype=object)
