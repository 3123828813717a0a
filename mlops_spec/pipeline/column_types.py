"""The contract's column types: which values fit one, and how a column of it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mlops_spec.package.moments import parsed

if TYPE_CHECKING:
    from collections.abc import Callable

_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}


@dataclass(frozen=True)
class ColumnType:
    """`fits` tells value by value whether a column is of the type, `kept` converts one that fits."""

    fits: Callable[[pd.Series], pd.Series]
    kept: Callable[[pd.Series], pd.Series]


def _numbers(values: pd.Series) -> pd.Series:
    if pd.api.types.is_bool_dtype(values):
        return pd.Series(np.nan, index=values.index)
    return pd.to_numeric(values, errors="coerce")


def _whole(values: pd.Series) -> pd.Series:
    numbers = _numbers(values)
    return pd.Series(np.isfinite(numbers) & (numbers % 1 == 0))


def _keep_whole(values: pd.Series) -> pd.Series:
    return _numbers(values) if values.isna().any() else pd.to_numeric(values).astype("int64")


def _keep_booleans(values: pd.Series) -> pd.Series:
    read = values.map(_boolean, na_action="ignore")
    return read.astype("float64") if read.isna().any() else read.astype("bool")


def _boolean(value: object) -> object:
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return _BOOLEANS.get(text.lower())


def _anything(values: pd.Series) -> pd.Series:
    return pd.Series(data=True, index=values.index)


def _text(values: pd.Series) -> pd.Series:
    return values.astype("str")


TYPES: dict[str, ColumnType] = {
    "integer": ColumnType(_whole, _keep_whole),
    "number": ColumnType(
        lambda values: np.isfinite(_numbers(values)), lambda values: _numbers(values).astype("float64")
    ),
    "boolean": ColumnType(lambda values: values.map(_boolean).notna(), _keep_booleans),
    "category": ColumnType(_anything, _text),
    "string": ColumnType(_anything, _text),
    "timestamp": ColumnType(lambda values: parsed(values).notna(), parsed),
}
