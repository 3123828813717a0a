"""Columns of Arrow as a model takes them: numbers, truth values, texts and moments; what it takes not is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from mlops_spec.document.diagnostic import listed
from mlops_spec.errors import Exit, Failure
from mlops_spec.package.moments import parsed

if TYPE_CHECKING:
    import pandas as pd


def check_schema(path: object, schema: pa.Schema) -> None:
    """Raises Failure, which lists them, for columns that no model takes, or that stand twice."""
    if twice := sorted({name for name in schema.names if schema.names.count(name) > 1}):
        raise Failure(
            f"{path}: {listed(twice)} stand{'s' * (len(twice) == 1)} twice among its columns",
            exit_code=Exit.FINDINGS,
            remedy="Rename or drop one.",
        )
    unfit = [f"\n  {field.name}: {field.type}" for field in schema if not _fits(values_of(field.type))]
    if unfit:
        raise Failure(
            f"{path} has columns of types that no model takes:{''.join(unfit)}",
            exit_code=Exit.FINDINGS,
            remedy="Make numbers, truth values, texts or times of them, one value a row, or leave them out.",
        )


def frame_of(batch: pa.RecordBatch) -> pd.DataFrame:
    """Rows of Arrow as a frame of what a model takes; a column that needs no other form is not copied again."""
    return plain_frame(batch.to_pandas(), batch.schema)


def plain_frame(frame: pd.DataFrame, schema: pa.Schema) -> pd.DataFrame:
    """The frame of a file of this schema, with each column as what a model takes."""
    for field in schema:
        if field.name in frame.columns:
            frame[field.name] = plain(frame[field.name], field.type)
    return frame


def plain(values: pd.Series, kind: pa.DataType) -> pd.Series:
    """A column of the file's type as what a model takes."""
    kind = values_of(kind)
    if pa.types.is_decimal(kind) or pa.types.is_null(kind):
        return values.astype("float64")
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return parsed(values)
    if pa.types.is_time(kind):
        return values.map(str, na_action="ignore").astype("str")
    if pa.types.is_unsigned_integer(kind) and values.dtype.kind == "u":
        return values.astype("int64" if values.max() < 2**63 else "float64")
    return values


def values_of(kind: pa.DataType) -> pa.DataType:
    """The type of a column's values: of a dictionary those that it lists, of an extension what it is kept as."""
    if isinstance(kind, pa.BaseExtensionType):
        kind = kind.storage_type
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _fits(kind: pa.DataType) -> bool:
    known = (
        pa.types.is_boolean,
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_decimal,
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_string_view,
        pa.types.is_date,
        pa.types.is_time,
        pa.types.is_timestamp,
        pa.types.is_null,
    )
    return any(fits(kind) for fits in known)
