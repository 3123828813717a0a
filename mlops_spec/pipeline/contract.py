"""The data contract: every way in which rows break it, found in one pass and said at once."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mlops_spec.pipeline.column_types import TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.spec import Spec
    from mlops_spec.spec.data import Column, Contract

_SHOWN = 5


@dataclass(frozen=True)
class Violation:
    """A broken promise: the column (or `rows`), what is wrong, and in which rows (0-based positions)."""

    where: str
    what: str
    rows: tuple[int, ...] = ()
    count: int = 0

    def __str__(self) -> str:
        """Rows are counted from 1, as an editor or a person does below the header."""
        if not self.count:
            return f"{self.where}: {self.what}"
        first = ", ".join(f"{row + 1:,}" for row in self.rows)
        more = ", …" if self.count > len(self.rows) else ""
        return f"{self.where}: {self.what} in {self.count:,} row{'s' * (self.count > 1)}: {first}{more}"


def check(spec: Spec, rows: pd.DataFrame) -> tuple[Violation, ...]:
    """The violations of a spec's contract, and of what the task asks of the target; none: the rows may be used."""
    absent = tuple(_absent(spec, rows))
    if absent:
        return absent  # what else would be said follows from these
    return tuple(_all(spec, rows))


def check_inputs(spec: Spec, rows: pd.DataFrame) -> tuple[Violation, ...]:
    """The same of what a live model was asked: its inputs alone, without target, id and the number of rows."""
    contract = spec.data.contract
    columns = {str(name): rows[name] for name in rows.columns}
    given = ((name, column) for name, column in contract.columns.items() if name in columns)
    derived = ((name, each) for name, each in spec.data.derive.items() if each.from_ in columns)
    return (
        *(found for name, column in given for found in _column(name, column, columns[name])),
        *(found for name, values in columns.items() for found in _missing(name, contract, values)),
        *(found for name, values in columns.items() for found in _infinite(name, values)),
        *(found for name, each in derived for found in _bins(name, each.bins, columns[each.from_])),
    )


def _all(spec: Spec, rows: pd.DataFrame) -> Iterator[Violation]:
    contract = spec.data.contract
    yield from _number_of_rows(contract, len(rows))
    for name, column in contract.columns.items():
        yield from _column(name, column, rows[name])
    for name in rows.columns:
        yield from _missing(str(name), contract, rows[name])
        yield from _infinite(str(name), rows[name])
    for name in dict.fromkeys([*contract.unique, *([spec.data.id] if spec.data.id else [])]):
        yield from _rows(name, "repeated", rows[name].duplicated(keep="first") & rows[name].notna())
    for name in dict.fromkeys([spec.data.target, *([spec.data.id] if spec.data.id else [])]):
        yield from _rows(name, "missing", rows[name].isna())
    yield from _target(spec, rows[spec.data.target])
    for name, derived in spec.data.derive.items():
        yield from _bins(name, derived.bins, rows[derived.from_])


def _absent(spec: Spec, rows: pd.DataFrame) -> Iterator[Violation]:
    """Columns that the spec names and the file lacks, each with what was perhaps meant."""
    data = spec.data
    named = {
        data.target: "data.target",
        **({data.id: "data.id"} if data.id else {}),
        **({data.split.column: "data.split.column"} if data.split.column else {}),
        **dict.fromkeys(data.contract.columns, "data.contract.columns"),
        **dict.fromkeys(data.contract.unique, "data.contract.unique"),
        **dict.fromkeys((derived.from_ for derived in data.derive.values()), "data.derive"),
        **dict.fromkeys((name for name in data.protected if name not in data.derive), "data.protected"),
    }
    known = [str(name) for name in rows.columns]
    for name, place in named.items():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            yield Violation(name, f"no such column ({place})" + (f"; did you mean `{near[0]}`?" if near else ""))
    for name in data.derive:
        if name in known:
            yield Violation(name, "is derived (data.derive), but the file has a column of that name")
    for name in sorted({name for name in known if known.count(name) > 1}):
        yield Violation(name, "the column stands twice")


def _number_of_rows(contract: Contract, count: int) -> Iterator[Violation]:
    if count == 0:
        yield Violation("rows", "there are none")
    if contract.rows.min is not None and count < contract.rows.min:
        yield Violation("rows", f"{count:,}, at least {contract.rows.min:,} are promised")
    if contract.rows.max is not None and count > contract.rows.max:
        yield Violation("rows", f"{count:,}, at most {contract.rows.max:,} are promised")


def _column(name: str, column: Column, values: pd.Series) -> Iterator[Violation]:
    present = values.notna()
    fits = TYPES[column.type].fits(values) | ~present
    yield from _rows(name, f"no {column.type}", ~fits)
    if column.type in ("integer", "number"):
        numbers = pd.to_numeric(values, errors="coerce")
        if column.min is not None:
            yield from _rows(name, f"below {column.min}", fits & present & (numbers < column.min))
        if column.max is not None:
            yield from _rows(name, f"above {column.max}", fits & present & (numbers > column.max))
    if column.values is not None:
        allowed = {str(value) for value in column.values}
        known = values.map(_plain_text, na_action="ignore").isin(allowed)
        others = sorted({_plain_text(value) for value in values[present & ~known]})[:_SHOWN]
        yield from _rows(name, f"other values than promised ({', '.join(others)})", present & ~known)


def _missing(name: str, contract: Contract, values: pd.Series) -> Iterator[Violation]:
    own = contract.columns[name].missing if name in contract.columns else None
    limit = own or contract.missing
    gaps = values.isna()
    if limit is not None and gaps.mean() > limit.max:
        yield from _rows(name, f"missing, {gaps.mean():.2%} where at most {limit.max:.2%} may be,", gaps)


def _infinite(name: str, values: pd.Series) -> Iterator[Violation]:
    if pd.api.types.is_float_dtype(values):
        yield from _rows(name, "infinite", pd.Series(np.isinf(values.to_numpy()), index=values.index))


def _target(spec: Spec, target: pd.Series) -> Iterator[Violation]:
    name, found = spec.data.target, target.dropna().unique()
    if spec.task == "regression":
        if not pd.api.types.is_numeric_dtype(target) or pd.api.types.is_bool_dtype(target):
            yield Violation(name, "a regression's target must be numbers")
        elif len(found) < 2:
            yield Violation(name, "has one value only: there is nothing to predict")
        return
    shown = ", ".join(sorted(map(str, found))[:_SHOWN])
    if len(found) < 2:
        yield Violation(name, f"has one class only ({shown}): there is nothing to tell apart")
    elif spec.task == "binary-classification":
        yield from _binary(spec, found.tolist(), shown)
    elif pd.api.types.is_float_dtype(target):
        yield Violation(name, "classes must be whole numbers, booleans or texts; these are decimals")


def _binary(spec: Spec, found: list[object], shown: str) -> Iterator[Violation]:
    name, positive = spec.data.target, spec.data.positive
    if len(found) > 2:
        yield Violation(name, f"has {len(found):,} classes ({shown}); a binary task has two")
    elif positive is None and set(found) != {0, 1}:
        yield Violation(name, f"has the classes {shown}: say which is meant by `data.positive`")
    elif positive is not None and positive not in found:
        yield Violation(name, f"never is {positive!r} (data.positive); there are {shown}")


def _bins(name: str, edges: list[int | float], values: pd.Series) -> Iterator[Violation]:
    numbers = pd.to_numeric(values, errors="coerce")
    outside = values.notna() & ~((numbers >= edges[0]) & (numbers < edges[-1]))
    yield from _rows(name, f"outside its bins [{edges[0]}, {edges[-1]})", outside)


def _rows(where: str, what: str, wrong: pd.Series) -> Iterator[Violation]:
    positions = np.flatnonzero(wrong.to_numpy())
    if len(positions):
        yield Violation(where, what, tuple(positions[:_SHOWN].tolist()), len(positions))


def _plain_text(value: object) -> str:
    """`1.0` and `1` are the same value of a category: a gap turns a column of whole numbers into floats."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
