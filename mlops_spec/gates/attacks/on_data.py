"""Attacks on what guards the data: a promise of the contract broken, another file, columns that moved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mlops_spec.gates.attacks.attack import Attack, Blow
from mlops_spec.gates.attacks.broken import broken
from mlops_spec.gates.drill.drift import watched
from mlops_spec.spec.watch import Drift

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.gates.case import Case
    from mlops_spec.gates.drill.target import Target

_DEVIATIONS = 3
_REQUESTS = 1000  # fewer than a hundred tell an alarm nothing


def _contract_broken(case: Case, target: Target) -> Iterator[Blow]:
    """Promise by promise, in a data file that the hash alone would not give away."""
    for name, table in broken(case.spec.data, case.data):
        yield Blow(replace(case, data=table, data_changed=False), target, name)


def _other_file(case: Case, target: Target) -> Iterator[Blow]:
    yield Blow(replace(case, data_changed=True), target)


def _drifted(case: Case, target: Target) -> Iterator[Blow]:
    """What comes in has moved, one watched column or all of them; the reference stays what it is."""
    assert isinstance(target.declared, Drift)
    asked = pd.concat([case.test] * (_REQUESTS // len(case.test) + 1), ignore_index=True)
    columns = list(watched(case, target.declared))
    numbers = [name for name in columns if pd.api.types.is_numeric_dtype(asked[name])]
    for name, move, moving in (
        ("another level", _moved, columns),
        ("another level of one column", _moved, (numbers or columns)[:1]),
        ("all missing", _emptied, columns),
    ):
        changed: dict[str, Any] = {column: move(asked[column]) for column in moving}
        yield Blow(replace(case, test=asked.assign(**changed)), target, name)


def _moved(values: pd.Series) -> pd.Series:
    if pd.api.types.is_bool_dtype(values):
        return ~values
    if pd.api.types.is_numeric_dtype(values):
        return values + _DEVIATIONS * (float(values.std()) or 1.0)
    return pd.Series("a value that was never trained on", index=values.index)


def _emptied(values: pd.Series) -> pd.Series:
    empty = np.nan if pd.api.types.is_numeric_dtype(values) else None
    return pd.Series(empty, index=values.index, dtype=np.float64 if empty is not None else object)


ON_CONTRACT = (Attack("contract violated", _contract_broken), Attack("another data file", _other_file))
ON_DRIFT = (Attack("drifted columns", _drifted),)
