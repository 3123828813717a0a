"""The check of the data contract: every way in which rows break it, found in one pass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mlops_spec.package.input_contract import plain_text
from mlops_spec.package.moments import unzoned
from mlops_spec.pipeline.column_types import TYPES
from mlops_spec.pipeline.repeated import repeated
from mlops_spec.pipeline.shown import bare, lookalike, shown
from mlops_spec.pipeline.table import of_frame
from mlops_spec.pipeline.tasks import TARGETS
from mlops_spec.pipeline.violation import SHOWN, Violation
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlops_spec.pipeline.table import Table
    from mlops_spec.spec import Spec
    from mlops_spec.spec.data import Column, Contract, Derived

Masks = Iterable[tuple[str, "pd.Series"]]
"""What may be wrong with a part of a column, and in which of its rows it is."""
_MANY = 1000
_LISTED = 20


def check(spec: Spec, rows: pd.DataFrame) -> tuple[Violation, ...]:
    """The violations of a spec's contract, and of what the task asks of the target; none: the rows may be used."""
    return check_table(spec, of_frame(rows))


def check_table(spec: Spec, table: Table) -> tuple[Violation, ...]:
    """The same of columns that are read part by part, so of files that do not fit into memory."""
    absent = tuple(_absent_columns(spec, table.names))
    if absent:
        return absent  # what else would be said follows from these
    return tuple(_all(spec, table))


def check_inputs(spec: Spec, rows: pd.DataFrame) -> tuple[Violation, ...]:
    """The same of what a live model was asked: its inputs alone, without target, id and the number of rows."""
    contract, table = spec.data.contract, of_frame(rows)
    given = ((name, column) for name, column in contract.columns.items() if name in table.names)
    derived = ((name, each) for name, each in spec.data.derive.items() if each.from_ in table.names)
    return (
        *(found for name, column in given for found in _column(name, column, table)),
        *(found for name in table.names for found in _gaps(name, contract, table)),
        *(found for name, each in derived for found in _bins(name, each, table)),
    )


def _all(spec: Spec, table: Table) -> Iterator[Violation]:
    data, contract = spec.data, spec.data.contract
    yield from _number_of_rows(contract, table.rows)
    for name, column in contract.columns.items():
        yield from _column(name, column, table)
    for name in table.names:
        yield from _gaps(name, contract, table)
    for name in dict.fromkeys([*contract.unique, *([data.id] if data.id else [])]):
        again = repeated(table, name)
        if len(again):
            yield Violation(name, "repeated", tuple(again[:SHOWN].tolist()), len(again))
    for name in dict.fromkeys([*data.targets, *([data.id] if data.id else [])]):
        yield from _violations_in_parts(name, table, lambda values: [("missing", values.isna())])
    if data.weight:
        yield from _violations_in_parts(
            data.weight, table, lambda values: [("missing", values.isna()), ("not above 0", _not_above_0(values))]
        )
    yield from TARGETS[spec.task].violations(spec, table) if _fits(spec) else _misfit(spec)
    yield from _of_forecasts(spec)
    for name, derived in data.derive.items():
        yield from _bins(name, derived, table)


def _fits(spec: Spec) -> bool:
    return TASKS[spec.task].takes(len(spec.data.targets))


def _misfit(spec: Spec) -> Iterator[Violation]:
    wanted = "several columns, one for each label" if TASKS[spec.task].targets == "several" else "one column"
    yield Violation(", ".join(spec.data.targets), f"the target of a task of {spec.task} is {wanted} (data.target)")


def _of_forecasts(spec: Spec) -> Iterator[Violation]:
    if not TASKS[spec.task].ahead:
        for key in spec.data.only_of_forecasts:
            yield Violation(f"data.{key}", f"a task of {spec.task} forecasts nothing")


def _absent_columns(spec: Spec, known: tuple[str, ...]) -> Iterator[Violation]:
    data = spec.data
    named = {
        **dict.fromkeys(data.targets, "data.target"),
        **({data.id: "data.id"} if data.id else {}),
        **({data.weight: "data.weight"} if data.weight else {}),
        **({data.split.column: "data.split.column"} if data.split.column else {}),
        **({data.time: "data.time"} if data.time else {}),
        **({data.series: "data.series"} if data.series else {}),
        **dict.fromkeys(data.contract.columns, "data.contract.columns"),
        **dict.fromkeys(data.contract.unique, "data.contract.unique"),
        **dict.fromkeys((derived.from_ for derived in data.derive.values()), "data.derive"),
        **dict.fromkeys((lag.of for lag in data.lags.values()), "data.lags"),
        **dict.fromkeys((name for name in data.protected if name not in data.derive), "data.protected"),
    }
    for name, place in named.items():
        if name not in known:
            yield Violation(shown(name), f"no such column ({place})" + _did_you_mean(name, known))
    for name in (*data.derive, *data.lags):
        if name in known:
            key = "derive" if name in data.derive else "lags"
            yield Violation(name, f"is derived (data.{key}), but the file has a column of that name")
    for name in sorted({name for name in known if known.count(name) > 1}):
        yield Violation(name, "the column stands twice")


def _did_you_mean(name: str, known: tuple[str, ...]) -> str:
    alike = [other for other in known if bare(other).casefold() == bare(name).casefold()]
    near = alike or get_close_matches(name, known, n=1)
    return f"; did you mean `{shown(near[0])}`?" if near else ""


def columns_found(violations: Iterable[Violation], names: Iterable[object]) -> list[str]:
    """The columns that there are, for who missed one; a line, or none where none was missed."""
    if not any(violation.what.startswith("no such column") for violation in violations):
        return []
    every = list(names)
    more = ", …" if len(every) > _LISTED else ""
    return [f"the file has {len(every):,} columns: {', '.join(f'`{shown(name)}`' for name in every[:_LISTED])}{more}"]


def _number_of_rows(contract: Contract, count: int) -> Iterator[Violation]:
    if count == 0:
        yield Violation("rows", "there are none")
    if contract.rows.min is not None and count < contract.rows.min:
        yield Violation("rows", f"{count:,}, at least {contract.rows.min:,} are promised")
    if contract.rows.max is not None and count > contract.rows.max:
        yield Violation("rows", f"{count:,}, at most {contract.rows.max:,} are promised")


def _column(name: str, column: Column, table: Table) -> Iterator[Violation]:
    yield from _violations_in_parts(name, table, lambda values: _unfit(column, values))
    if column.values is None:
        return
    allowed, others = {str(value) for value in column.values}, list[str]()

    def unknown(values: pd.Series) -> Masks:
        wrong = _not_allowed(values, allowed)
        others[:] = sorted({*others, *map(plain_text, values[wrong].unique())})[:_MANY]
        return [("other values than promised", wrong)]

    for found in _violations_in_parts(name, table, unknown):
        yield replace(found, what=f"{found.what} ({', '.join(map(shown, others[:SHOWN]))}{lookalike(others, allowed)})")


def _unfit(column: Column, values: pd.Series) -> Masks:
    present = values.notna()
    fits = TYPES[column.type].fits(values) & present
    yield f"no {column.type}", present & ~fits
    if column.type == "timestamp":
        yield "no offset from UTC, which other rows have,", fits & unzoned(values)
    if column.type in ("integer", "number"):
        numbers = pd.to_numeric(values, errors="coerce")
        if column.min is not None:
            yield f"below {column.min}", fits & (numbers < column.min)
        if column.max is not None:
            yield f"above {column.max}", fits & (numbers > column.max)


def _gaps(name: str, contract: Contract, table: Table) -> Iterator[Violation]:
    own = contract.columns[name].missing if name in contract.columns else None
    limit = own or contract.missing
    for found in _violations_in_parts(name, table, _no_numbers):
        share = found.count / table.rows
        if found.what == "infinite":
            yield found
        elif limit is not None and share > limit.max:
            yield replace(found, what=f"missing, {share:.2%} where at most {limit.max:.2%} may be,")


def _no_numbers(values: pd.Series) -> Masks:
    yield "missing", values.isna()
    if pd.api.types.is_float_dtype(values):
        yield "infinite", pd.Series(np.isinf(values.to_numpy()), index=values.index)


def _bins(name: str, derived: Derived, table: Table) -> Iterator[Violation]:
    low, high = derived.bins[0], derived.bins[-1]

    def outside(values: pd.Series) -> Masks:
        numbers = pd.to_numeric(values, errors="coerce")
        return [(f"outside its bins [{low}, {high})", values.notna() & ~((numbers >= low) & (numbers < high)))]

    yield from _violations_in_parts(derived.from_, table, outside, named=name)


def _violations_in_parts(
    name: str, table: Table, check: Callable[[pd.Series], Masks], named: str = ""
) -> Iterator[Violation]:
    found: dict[str, Violation] = {}
    for values in table.parts(name):
        for what, wrong in check(values):
            positions = wrong.index[np.flatnonzero(wrong.to_numpy(dtype=bool))]
            known = found.get(what, Violation(named or name, what))
            rows = (*known.rows, *positions[: SHOWN - len(known.rows)].tolist())
            found[what] = replace(known, rows=rows, count=known.count + len(positions))
    return (violation for violation in found.values() if violation.count)


def _not_above_0(values: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(values, errors="coerce")
    weighs: pd.Series = (numbers > 0) & (numbers < np.inf)
    return values.notna() & ~weighs


def _not_allowed(values: pd.Series, allowed: set[str]) -> pd.Series:
    """Which values have a text that is not allowed; equal ones are asked once, but among objects `1` equals `True`."""
    if values.dtype == object:
        return values.notna() & ~values.map(plain_text, na_action="ignore").isin(allowed)
    codes, distinct = pd.factorize(values)
    wrong = np.array([*(plain_text(value) not in allowed for value in distinct), False])  # code -1: a missing one
    return pd.Series(wrong[codes], index=values.index)
