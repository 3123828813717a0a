"""Rows that repeat an earlier row's value, found in memory that does not grow with the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from mlops_spec.pipeline.table import Table

AT_ONCE = 2**22  # rows whose hashes are held; a longer column is read once for each so many
_KEYS = ("mlops-spec first", "mlops-spec other")  # 16 bytes each; two hashes, so that different texts never agree


def repeated(table: Table, name: str) -> np.ndarray:
    """The rows, in order, that hold a value which an earlier one holds; missing values repeat nothing."""
    passes = -(-table.rows // AT_ONCE)
    found = [_repeated_in_pass(table, name, number, passes) for number in range(passes)]
    return np.sort(np.concatenate(found)) if found else np.empty(0, dtype=np.intp)


def _repeated_in_pass(table: Table, name: str, number: int, passes: int) -> np.ndarray:
    rows, hashes = [], []
    for values in table.parts(name):
        known = values.dropna()
        pair = np.stack([_hash(known, key) for key in _KEYS])
        mine = pair[0] % passes == number
        rows.append(known.index.to_numpy()[mine])
        hashes.append(pair[:, mine])
    row, pairs = np.concatenate(rows), np.concatenate(hashes, axis=1)
    alike = pd.Series(pairs[0]).duplicated(keep=False).to_numpy()  # few, and only those need be sorted
    row, (one, two) = row[alike], pairs[:, alike]
    order = np.lexsort((row, two, one))
    again = (one[order][1:] == one[order][:-1]) & (two[order][1:] == two[order][:-1])
    return np.asarray(row[order][1:][again])


def _hash(values: pd.Series, key: str) -> np.ndarray:
    plain = values.astype(values.cat.categories.dtype) if isinstance(values.dtype, pd.CategoricalDtype) else values
    zero = plain + 0.0 if plain.dtype.kind == "f" else plain  # -0.0 is 0.0
    return np.asarray(pd.util.hash_pandas_object(zero, index=False, hash_key=key, categorize=False))
