"""The data file as a frame: CSV or Parquet, its columns of the types that the contract gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pandas as pd
import pyarrow

from mlops_spec.errors import Exit, Failure
from mlops_spec.pipeline.table import LARGE, of_frame, of_parquet, read_frame

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from mlops_spec.pipeline.table import Table
    from mlops_spec.spec.data import Column

Read = TypeVar("Read")

# Few words mean "missing": `None` and `NULL` may well be categories.
_MISSING = ["", "NA", "NaN", "nan"]
_AS_TEXT = {"category", "string", "timestamp"}


def read_rows(path: Path, columns: Mapping[str, Column]) -> pd.DataFrame:
    """All rows of a file; a column that the contract calls text stays text, so that `007` is not 7.

    Raises Failure when the file is missing, empty, not UTF-8 or damaged, or of another kind.
    """
    _check_there(path)
    return _reading(path, lambda: _frame(path, columns))


def open_table(path: Path, columns: Mapping[str, Column]) -> Table:
    """The same for checks that need one part of a column at a time, as which a large Parquet file is read.

    Raises Failure as `read_rows` does.
    """
    _check_there(path)
    if path.suffix == ".parquet" and path.stat().st_size >= LARGE:
        return _reading(path, lambda: of_parquet(path))
    return of_frame(read_rows(path, columns))


def _frame(path: Path, columns: Mapping[str, Column]) -> pd.DataFrame:
    if path.suffix == ".parquet":
        return read_frame(path)
    text = {name: "str" for name, column in columns.items() if column.type in _AS_TEXT}
    return pd.read_csv(path, dtype=text, na_values=_MISSING, keep_default_na=False, low_memory=False)


def _check_there(path: Path) -> None:
    if not path.is_file():
        raise Failure(
            f"{path}: the data file is missing",
            exit_code=Exit.CONFIG,
            remedy="`dvc pull` fetches tracked data; else `data.path` in model.yaml names another file.",
        )


def _reading(path: Path, read: Callable[[], Read]) -> Read:
    try:
        return read()
    except pd.errors.EmptyDataError as error:
        raise Failure(f"{path} is empty", exit_code=Exit.FINDINGS) from error
    except UnicodeDecodeError as error:
        raise Failure(
            f"{path} is not UTF-8: byte {error.object[error.start]:#04x} at {error.start:,}", exit_code=Exit.FINDINGS
        ) from error
    except (pd.errors.ParserError, pyarrow.ArrowInvalid, ValueError) as error:
        kind = "Parquet" if path.suffix == ".parquet" else "CSV"
        raise Failure(f"{path} is no {kind} file: {error}", exit_code=Exit.FINDINGS) from error
