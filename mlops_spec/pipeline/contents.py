"""The content of each row as one number, which does not change when other rows come and go.

A column's type depends on all of its rows: one gap makes whole numbers decimals, one word makes them text. So a value
is hashed as what it says, not as what holds it: `7`, `7.0` and the text `007` are alike here.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mlops_spec.pipeline.leak import content

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlops_spec.spec.data import Data

_MISSING = np.uint64(0x9E3779B97F4A7C15)


def contents(data: Data, rows: pd.DataFrame) -> pd.Series:
    """A 64-bit hash of each row over all but id, target, split column and derived columns, whatever their order.

    Rows that differ in their target alone are alike too: put on two sides, what a model learns of one is the wrong
    answer for the other. So are rows that name files of the same bytes, whatever else they hold.
    """
    names = [data.files.digest] if data.files else content(data, rows)
    found = hashes_of((name, rows[name]) for name in names if name not in data.targets)
    return pd.Series(found if len(found) else np.zeros(len(rows), dtype=np.uint64), index=rows.index)


def hashes_of(columns: Iterable[tuple[str, pd.Series]]) -> np.ndarray:
    """The same of named columns, in whatever order; uint64 (n,), empty where there is no column."""
    total = np.zeros(0, dtype=np.uint64)
    for name, column in columns:
        mixed = _splitmix64(_value_hashes(column) ^ _of_text(str(name)))
        total = total + mixed if len(total) else mixed
    return total


def _value_hashes(column: pd.Series) -> np.ndarray:
    """A hash of each value; equal ones have equal hashes in whatever type their column is."""
    kind = column.dtype.kind
    if kind in "mM":
        return _number_bits(column.astype("int64").astype("float64").mask(column.isna()).to_numpy())
    if kind in "iuf":
        return _number_bits(column.to_numpy(dtype=np.float64, na_value=np.nan))
    codes, distinct = pd.factorize(column)
    texts = [str(value).strip() for value in distinct]
    numbers = pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce").to_numpy(dtype=np.float64)
    words = np.array([_of_text(_truth_in_one_spelling(text)) for text in texts], dtype=np.uint64)
    hashes = np.where(np.isnan(numbers), words, _number_bits(numbers))
    return np.asarray(np.append(hashes, _MISSING)[codes])  # code -1: a missing one


def _truth_in_one_spelling(text: str) -> str:
    return text.lower() if text.lower() in ("true", "false") else text


def _number_bits(values: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(values), _MISSING, (values + 0.0).view(np.uint64))  # -0.0 becomes 0.0


def _of_text(text: str) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()))


def _splitmix64(x: np.ndarray) -> np.ndarray:
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(x ^ (x >> np.uint64(31)))
