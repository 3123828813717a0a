"""Test rows that are in train too: the same in all but their name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlops_spec.spec.data import Data

_PART = 2**14  # rows: choosing columns of all of them would copy them


def row_hashes(data: Data, rows: pd.DataFrame) -> pd.Series:
    """A 64-bit hash of each row over its content; of one that names a file, over the file's bytes alone."""
    names, parts = [data.files.digest] if data.files else content(data, rows), range(0, max(len(rows), 1), _PART)
    return pd.concat([pd.util.hash_pandas_object(rows.iloc[at : at + _PART][names], index=False) for at in parts])


def content(data: Data, rows: pd.DataFrame) -> list[str]:
    """The columns that make a row what it is: every one but the id, the split's column and the derived ones.

    A file is its bytes, not its name.
    """
    return content_names(data, rows.columns)


def content_names(data: Data, names: Iterable[str]) -> list[str]:
    """The same of the names of all columns."""
    ignored = {data.id, *data.derive, *([data.split.column] if data.split.by == "column" else [])}
    if data.files is not None:  # its digest stands for a file
        ignored |= {data.files.column, *data.files.measures}
    return [name for name in names if name not in ignored]


def leaked_rows(data: Data, train: pd.DataFrame, test: pd.DataFrame) -> pd.Series:
    """Which test rows are in train as well."""
    return row_hashes(data, test).isin(row_hashes(data, train))


def leaked(hashes: pd.Series, test: pd.Series) -> pd.Series:
    """The same of all rows' hashes and which of them are test rows: those that leak, of the test rows."""
    return hashes[test].isin(hashes[~test])
