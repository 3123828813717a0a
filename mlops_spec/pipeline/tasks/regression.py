"""The target of a regression: one or several columns of numbers, none of them constant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlops_spec.pipeline.near_numbers import not_numbers, said
from mlops_spec.pipeline.table import whole
from mlops_spec.pipeline.tasks.target import Target, seen
from mlops_spec.pipeline.violation import Violation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd

    from mlops_spec.package.manifest import Scalar
    from mlops_spec.pipeline.table import Table
    from mlops_spec.spec import Spec


def _violations(spec: Spec, table: Table) -> Iterator[Violation]:
    for name in spec.data.targets:
        found = seen(table, name)
        if found.kinds & {"bool", "text"}:
            among = _numbers_among_texts(table, name) * ("text" in found.kinds)
            yield Violation(name, f"a regression's target must be numbers{among}")
        elif len(found.values) < 2:
            yield Violation(name, "has one value only: there is nothing to predict")


def _numbers_among_texts(table: Table, name: str) -> str:
    others, count = not_numbers(whole(table, name))
    return f": {said(others, count)}" if len(others) < count else ""


def _names(spec: Spec, rows: pd.DataFrame) -> list[Scalar]:
    """Of several targets their columns, in the order of the answer."""
    del rows
    return [*spec.data.targets] if len(spec.data.targets) > 1 else []


def _values(target: pd.DataFrame, classes: Sequence[Scalar], key: Callable[[object], object]) -> np.ndarray:
    del classes, key
    values = target.to_numpy(dtype=np.float64)
    return values if values.shape[1] > 1 else values[:, 0]


def _one_sided(train: pd.DataFrame, test: pd.DataFrame) -> str:
    del train, test
    return ""


def _shares(target: pd.DataFrame) -> dict[str, float]:
    del target
    return {}


TARGET = Target(violations=_violations, classes=_names, one_sided=_one_sided, shares=_shares, truth=_values)
