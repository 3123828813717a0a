"""Which rows are set aside for the test: by a hash that new rows do not change, by time, by group or by a column."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pandas as pd

from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from mlops_spec.spec.data import Data, Split

_SPACE = 2.0**64


def in_test(data: Data, rows: pd.DataFrame, hashes: pd.Series) -> pd.Series:
    """Tells row by row whether it is a test row; `hashes` are the rows' `row_hashes`.

    A `hash` or `group` split asks only a row's own name, so a row never changes sides when others come or go; but rows
    that differ in nothing but their name go together, to the side of the first of them by hash.
    """
    split = data.split
    match split.by:
        case "hash":
            places = _places(rows[data.id] if data.id else hashes, split.salt)
            return places.groupby(hashes).transform("min") < split.test
        case "group":
            return _places(_column(split, rows), split.salt) < split.test
        case "time":
            return _newest(_column(split, rows), split.test)
        case "column":
            return _named(_column(split, rows))


def _places(names: pd.Series, salt: str) -> pd.Series:
    """Each name's place in [0, 1): the first 8 bytes of SHA-256 of salt and name."""
    distinct = {name: _place(salt, str(name)) for name in names.unique()}
    return names.map(distinct).astype("float64")


def _place(salt: str, name: str) -> float:
    return int.from_bytes(hashlib.sha256(f"{salt}\0{name}".encode()).digest()[:8]) / _SPACE


def _newest(times: pd.Series, share: float) -> pd.Series:
    """The newest rows; those of one moment stay together, in test."""
    moments = pd.to_datetime(times, format="ISO8601") if pd.api.types.is_string_dtype(times) else times
    cut = moments.sort_values().iloc[int((1 - share) * len(moments))]
    return moments >= cut


def _named(sides: pd.Series) -> pd.Series:
    others = sorted(set(sides.astype(str)) - {"train", "test"})
    if others:
        raise Failure(
            f"data.split.column `{sides.name}` holds {', '.join(others[:5])}; it must say `train` or `test`",
            exit_code=Exit.FINDINGS,
        )
    return sides == "test"


def _column(split: Split, rows: pd.DataFrame) -> pd.Series:
    if split.column is None:
        raise Failure(f"data.split.by: {split.by} needs `data.split.column`")
    found = rows[split.column]
    if found.isna().any():
        raise Failure(
            f"data.split.column `{split.column}` is missing in {int(found.isna().sum()):,} rows",
            exit_code=Exit.FINDINGS,
        )
    return found
