"""The frame that a model sees: the signature's columns, of the signature's types, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mlops_spec.errors import Exit, Failure
from mlops_spec.package.moments import DTYPE, EXAMPLE, parsed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlops_spec.package.manifest import Tensor

# What the columns of each datatype end up as.
_DTYPES = {"INT64": np.dtype("int64"), "FP64": np.dtype("float64"), "BOOL": np.dtype("bool"), "BYTES": "str"}


def model_frame(frame: pd.DataFrame, inputs: Sequence[Tensor]) -> pd.DataFrame:
    """Selects and converts columns, so that evaluating and serving show the model the same frame.

    Whole numbers and booleans with missing values become floats, texts pandas strings, times moments in UTC to the
    microsecond; files are their bytes. Raises Failure for missing columns and for values of another kind.
    """
    missing = [tensor.name for tensor in inputs if tensor.name not in frame.columns]
    if missing:
        raise Failure(f"the rows lack {_columns(missing)}, which the model takes", exit_code=Exit.FINDINGS)
    if _is_ready(frame, inputs):
        return frame.copy(deep=False)
    chosen = frame[[tensor.name for tensor in inputs]]
    if _is_ready(chosen, inputs):
        return chosen
    return pd.DataFrame(
        {tensor.name: _column(frame[tensor.name], tensor) for tensor in inputs}, index=frame.index, copy=False
    )


def _is_ready(frame: pd.DataFrame, inputs: Sequence[Tensor]) -> bool:
    """Whether there is nothing to convert, which takes 1.5 ms: a server builds its frames so, and data files are so."""
    return len(frame.columns) == len(inputs) and all(
        tensor.name == name and _is_kept_as(tensor, dtype)
        for tensor, name, dtype in zip(inputs, frame.columns, frame.dtypes, strict=True)
    )


def _is_kept_as(tensor: Tensor, dtype: object) -> bool:
    if tensor.file:
        return False  # each value is looked at
    if tensor.timestamp:
        return dtype == DTYPE
    return bool((str(dtype) if tensor.datatype == "BYTES" else dtype) == _DTYPES.get(tensor.datatype))


def _column(values: pd.Series, tensor: Tensor) -> pd.Series:
    try:
        if tensor.file:
            return _contents(values)
        return _moments(values) if tensor.timestamp else _converted(values, tensor.datatype)
    except (TypeError, ValueError) as error:
        raise Failure(f"column `{tensor.name}` is not {tensor.datatype}: {error}", exit_code=Exit.FINDINGS) from error


def _moments(values: pd.Series) -> pd.Series:
    found = parsed(values)
    if (wrong := found.isna() & values.notna()).any():
        raise ValueError(f"{str(values[wrong].iloc[0])[:40]!r} is not {EXAMPLE}")
    return found


def _contents(values: pd.Series) -> pd.Series:
    """A text is refused: taken for a path it would open whatever a request names."""
    kept = values.astype(object).where(values.notna(), None)
    if wrong := next((value for value in kept if value is not None and not isinstance(value, bytes)), None):
        raise TypeError(f"a {type(wrong).__name__}, where a file's bytes belong")
    return kept


def _converted(values: pd.Series, datatype: str) -> pd.Series:
    if datatype == "BYTES":
        # A package without the mark was trained when times were shown to it as texts.
        if pd.api.types.is_datetime64_any_dtype(values):
            values = values.map(pd.Timestamp.isoformat, na_action="ignore")
        return values.astype("str")
    if values.isna().any():
        return values.astype("float64")
    match datatype:
        case "INT64":
            return values.astype("int64")
        case "BOOL":
            return values.astype("bool")
        case _:
            return values.astype("float64")


def _columns(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:10])
    return f"the column{'s' * (len(names) > 1)} {shown}{' and more' * (len(names) > 10)}"
