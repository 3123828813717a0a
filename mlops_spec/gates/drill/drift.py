"""The drift alarm of `monitor.drift` as a gate: the package's reference against rows that come in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mlops_spec import model_folder
from mlops_spec.gates.attacks.attack import Attack, Blow
from mlops_spec.gates.kinds.kind import Kind
from mlops_spec.monitor.by_season import check_seasonal_drift
from mlops_spec.monitor.predictions import Live
from mlops_spec.pipeline.reference import read_reference
from mlops_spec.spec.gates.result import GateResult, Limit
from mlops_validators.binning import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlops_spec.gates.case import Case
    from mlops_spec.pipeline.reference import Column
    from mlops_spec.spec.watch import Drift

_DEVIATIONS = 3
_REQUESTS = 1000  # fewer than a hundred tell an alarm nothing


def ring(case: Case, alarm: Drift) -> GateResult:
    """`fail` when the alarm rings over the test rows, by the very check that `monitor` does."""
    known = read_reference(case.root / model_folder.PACKAGE)
    check = check_seasonal_drift(case.spec, alarm, known, Live(case.test, (), np.empty(0)))
    return GateResult(
        id=f"drift/{alarm.method}",
        kind="drift",
        bound=Limit("<=", alarm.max),
        verdict="fail" if check.findings else "pass",
        reason=check.told,
    )


def watched(case: Case, alarm: Drift) -> dict[str, Column]:
    """The reference of the columns that the alarm looks at: those it names, or all."""
    known: Mapping[str, Column] = read_reference(case.root / model_folder.PACKAGE)
    return {name: column for name, column in known.items() if alarm.columns == "all" or name in alarm.columns}


def is_its_own_reference(case: Case, alarm: Drift) -> bool:
    """Whether the reference was made of the test rows: all counts are theirs to the last row."""
    columns = watched(case, alarm)
    return bool(columns) and all(
        np.array_equal(column.counts, count(column.bins, column.measured(case.test[name])))
        for name, column in columns.items()
        if case.test[name].dtype.kind not in "mM"
    )


def _drifted(case: Case, alarm: Drift) -> Iterator[Blow[Drift]]:
    asked = pd.concat([case.test] * (_REQUESTS // len(case.test) + 1), ignore_index=True)
    known = watched(case, alarm)
    columns = list(known)
    texts = [name for name in columns if known[name].beside]
    numbers = [name for name in columns if pd.api.types.is_numeric_dtype(asked[name])]
    for name, move, moving in (
        ("another level", _moved, columns),
        ("another level of one column", _moved, (numbers or columns)[:1]),
        ("all missing", _emptied, columns),
        *([("other words of the same lengths", _in_other_words, texts)] if texts else []),
    ):
        changed: dict[str, Any] = {column: move(asked[column]) for column in moving}
        yield Blow(replace(case, test=asked.assign(**changed)), alarm, name)


def _moved(values: pd.Series) -> pd.Series:
    if pd.api.types.is_bool_dtype(values):
        return ~values
    if pd.api.types.is_numeric_dtype(values):
        return values + _DEVIATIONS * (float(values.std()) or 1.0)
    return pd.Series("a value that was never trained on", index=values.index)


def _in_other_words(values: pd.Series) -> pd.Series:
    """Each letter is the next but twelve, so that no length changes and hardly a word stays."""
    plain = "abcdefghijklmnopqrstuvwxyz"
    turned = str.maketrans(plain + plain.upper(), (plain[13:] + plain[:13]) + (plain[13:] + plain[:13]).upper())
    return values.map(lambda value: str(value).translate(turned), na_action="ignore")


def _emptied(values: pd.Series) -> pd.Series:
    empty = np.nan if pd.api.types.is_numeric_dtype(values) else None
    return pd.Series(empty, index=values.index, dtype=np.float64 if empty is not None else object)


def _rung(case: Case, alarm: Drift) -> Iterator[GateResult]:
    yield ring(case, alarm)


def _weaknesses(case: Case, alarm: Drift) -> Iterator[tuple[str, str]]:
    if is_its_own_reference(case, alarm):
        yield "reference is the current data", "the rows that it watches are those that it compares them with"


ALARM: Kind[Drift] = Kind(_rung, (Attack("drifted columns", _drifted),), _weaknesses)
