"""Data that breaks its contract, once for each promise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.spec.data import Column, Contract, Data

_UNFIT = {"integer": 0.5, "number": "many", "boolean": "perhaps", "timestamp": "some day"}
_FOREIGN = "a value that nobody promised"


def broken(data: Data, rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """What was broken, and the rows with it: one cell where one suffices."""
    yield "no rows", rows.iloc[:0]
    yield from _counts(data.contract, rows)
    for name, column in data.contract.columns.items():
        yield f"{name} is gone", rows.drop(columns=[name])
        yield from ((f"{name} {how}", _first(rows, name, value)) for how, value in _cells(column))
    for name in rows.columns:
        yield from _gaps(data.contract, str(name), rows)
    for name in dict.fromkeys([*data.contract.unique, *([data.id] if data.id else [])]):
        yield f"{name} repeats", _first(rows, name, rows[name].iloc[-1])
    yield f"{data.target} missing", _first(rows, data.target, None)
    yield f"{data.target} the same in all rows", rows.assign(**{data.target: rows[data.target].iloc[0]})


def _counts(contract: Contract, rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    if contract.rows.min is not None:
        yield f"fewer than {contract.rows.min:,} rows", rows.head(contract.rows.min - 1)
    if contract.rows.max is not None:
        times = contract.rows.max // max(len(rows), 1) + 1
        yield f"more than {contract.rows.max:,} rows", pd.concat([rows] * times, ignore_index=True)


def _cells(column: Column) -> Iterator[tuple[str, object]]:
    """A value that the column may not hold, for each promise about its values."""
    if column.type in _UNFIT:
        yield f"no {column.type}", _UNFIT[column.type]
    if column.min is not None:
        yield f"below {column.min}", column.min - 1
    if column.max is not None:
        yield f"above {column.max}", column.max + 1
    if column.values is not None:
        yield "of another value", _FOREIGN


def _gaps(contract: Contract, name: str, rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    own = contract.columns[name].missing if name in contract.columns else None
    limit = own or contract.missing
    if limit is not None and limit.max < 1:
        blank: Any = rows[name].astype(object).copy()
        blank.iloc[: int(np.floor(limit.max * len(rows))) + 1] = None
        yield f"{name} missing too often", rows.assign(**{name: blank})


def _first(rows: pd.DataFrame, name: str, value: object) -> pd.DataFrame:
    """The rows with another value in the first of them."""
    changed = rows[name].astype(object).copy()
    changed.iloc[0] = value
    return rows.assign(**{name: changed})
