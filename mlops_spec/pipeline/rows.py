"""The data as a frame: CSV, Parquet or a folder of Parquet parts, its columns of the types that the contract gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from mlops_spec.engines.commands import BRING
from mlops_spec.errors import Exit, Failure
from mlops_spec.package.arrow_columns import check_schema, plain_frame
from mlops_spec.pipeline import csv_file
from mlops_spec.pipeline.csv_file import MISSING, read_csv
from mlops_spec.pipeline.foreign_file import check_kind
from mlops_spec.pipeline.parquet_file import read_parquet
from mlops_spec.pipeline.parquet_parts import Parts, parts_of
from mlops_spec.pipeline.table import LARGE, of_frame, of_parquet
from mlops_spec.spec.data import Column
from mlops_spec.system.regular import regular

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import pandas as pd

    from mlops_spec.pipeline.table import Table
    from mlops_spec.spec.data import Data

Read = TypeVar("Read")


def known_columns(data: Data) -> dict[str, Column]:
    """What is known of the columns before they are read: the contract, and that an id is a name, whatever it is of."""
    named = {data.id: Column(type="string")} if data.id else {}
    named |= {data.files.column: Column(type="string")} if data.files else {}
    return {**data.contract.columns, **named, **_positive_spelt_as_missing(data)}


def _positive_spelt_as_missing(data: Data) -> dict[str, Column]:
    if data.positive not in MISSING or data.contract.columns.keys() & {*data.targets[:1]}:
        return {}
    return {data.targets[0]: Column(type="category", values=[data.positive])}


def read_rows(path: Path, columns: Mapping[str, Column]) -> pd.DataFrame:
    """All rows of a file; a column that is known to be text stays text, so that `007` is not 7.

    Raises Failure when the file is missing, empty, not UTF-8 or damaged, or of another kind.
    """
    _check_there(path)
    return _reading(path, lambda: _frame(path, columns))


def read_texts(path: Path) -> pd.DataFrame:
    """All rows of a CSV file as they are written; raises Failure as `read_rows` does."""
    _check_there(path)
    return _reading(path, lambda: csv_file.read_texts(path))


def open_table(path: Path, columns: Mapping[str, Column]) -> Table:
    """The same for checks that need one part of a column at a time, as which a large Parquet file is read.

    Raises Failure as `read_rows` does.
    """
    _check_there(path)
    if path.is_dir():
        return _parts(path).table()
    if path.suffix == ".parquet" and path.stat().st_size >= LARGE:
        _reading(path, lambda: check_schema(path, pq.read_schema(regular(path))))
        return _reading(path, lambda: of_parquet(path))
    return of_frame(read_rows(path, columns))


def _frame(path: Path, columns: Mapping[str, Column]) -> pd.DataFrame:
    if path.is_dir():
        parts = _parts(path)
        return plain_frame(parts.frame(), parts.schema)
    return read_parquet(path) if path.suffix == ".parquet" else read_csv(path, columns)


def _parts(folder: Path) -> Parts:
    parts = _reading(folder, lambda: parts_of(folder))
    check_schema(folder, _reading(folder, lambda: parts.schema))
    return parts


def _check_there(path: Path) -> None:
    if path.is_dir():
        return
    if not path.is_file():
        raise Failure(
            f"{path}: the data file is missing",
            exit_code=Exit.CONFIG,
            remedy=f"`{BRING}` fetches tracked data; else `data.path` in model.yaml names another file.",
        )
    check_kind(path)


def _reading(path: Path, read: Callable[[], Read]) -> Read:
    try:
        return read()
    except (pa.ArrowException, ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise  # the disk's fault, not the file's
        kind = "Parquet" if path.suffix == ".parquet" or path.is_dir() else "CSV"
        raise Failure(f"{path} is no {kind}{' file' * path.is_file()}: {error}", exit_code=Exit.FINDINGS) from error
