"""Data that breaks its contract, once for each promise."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mlops_spec.pipeline.table import Table, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlops_spec.spec.data import Column, Contract, Data

_UNFIT = {"integer": 0.5, "number": "many", "boolean": "perhaps", "timestamp": "some day"}
_FOREIGN_FILES = {"names no file": "a file that is not there", "leaves the folder": "../model.yaml"}
_FOREIGN = "a value that nobody promised"


def broken(data: Data, table: Table) -> Iterator[tuple[str, Table]]:
    """What was broken, and the table with it: one cell where one suffices, and all other columns as they are."""
    yield "no rows", _with_rows(table, 0, lambda values: values.iloc[:0])
    yield from _counts(data.contract, table)
    for name, column in data.contract.columns.items():
        yield f"{name} is gone", replace(table, names=tuple(each for each in table.names if each != name))
        yield from (
            (f"{name} {how}", _with_first_value(table, name, value)) for how, value in _forbidden_values(column)
        )
    for name in table.names:
        yield from _gaps(data.contract, name, table)
    for name in dict.fromkeys([*data.contract.unique, *([data.id] if data.id else [])]):
        yield f"{name} repeats", _with_first_value(table, name, whole(table, name).iloc[-1])
    if data.files is not None:
        for how, value in _FOREIGN_FILES.items():
            yield f"{data.files.column} {how}", _with_first_value(table, data.files.column, value)
    for name in data.targets:
        yield f"{name} missing", _with_first_value(table, name, None)
        target = whole(table, name)
        same = pd.Series(target.iloc[0], index=target.index)
        yield f"{name} the same in all rows", _with(table, name, same)


def _counts(contract: Contract, table: Table) -> Iterator[tuple[str, Table]]:
    if contract.rows.min is not None:
        few = contract.rows.min - 1
        yield f"fewer than {contract.rows.min:,} rows", _with_rows(table, few, lambda values: values.head(few))
    if contract.rows.max is not None:
        times = contract.rows.max // max(table.rows, 1) + 1
        more = _with_rows(table, times * table.rows, lambda values: pd.concat([values] * times, ignore_index=True))
        yield f"more than {contract.rows.max:,} rows", more


def _forbidden_values(column: Column) -> Iterator[tuple[str, object]]:
    if column.type in _UNFIT:
        yield f"no {column.type}", _UNFIT[column.type]
    if column.min is not None:
        yield f"below {column.min}", column.min - 1
    if column.max is not None:
        yield f"above {column.max}", column.max + 1
    if column.values is not None:
        yield "of another value", _FOREIGN


def _gaps(contract: Contract, name: str, table: Table) -> Iterator[tuple[str, Table]]:
    own = contract.columns[name].missing if name in contract.columns else None
    limit = own or contract.missing
    if limit is not None and limit.max < 1:
        blank: Any = whole(table, name).astype(object)
        blank.iloc[: int(np.floor(limit.max * table.rows)) + 1] = None
        yield f"{name} missing too often", _with(table, name, blank)


def _with_first_value(table: Table, name: str, value: object) -> Table:
    changed: Any = whole(table, name).astype(object)
    changed.iloc[0] = value
    return _with(table, name, changed)


def _with(table: Table, name: str, values: pd.Series) -> Table:
    return replace(table, parts=lambda each: iter([values]) if each == name else table.parts(each))


def _with_rows(table: Table, rows: int, change: Callable[[pd.Series], pd.Series]) -> Table:
    return Table(table.names, rows, lambda name: iter([change(whole(table, name))]))
