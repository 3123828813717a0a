"""The target of a multilabel task: a column of 0 and 1 for each label."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlops_spec.pipeline.tasks.of_classes import listed
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
        found = seen(table, name).values
        if not found <= {0, 1}:
            yield Violation(name, f"has the values {listed(found)}; a label is 0 or 1")
        elif len(found) < 2:
            yield Violation(name, f"is {listed(found)} in all rows: there is nothing to tell apart")


def _names(spec: Spec, rows: pd.DataFrame) -> list[Scalar]:
    """The labels, in the order of the answer."""
    del rows
    return [*spec.data.targets]


def _one_sided(train: pd.DataFrame, test: pd.DataFrame) -> str:
    """Labels that no row of a side has, or every one: no model learns them, and no measure tells of them."""
    for side, rows in (("train", train), ("test", test)):
        if alike := [str(name) for name in rows.columns if rows[name].nunique() < 2]:
            return f"leaves {side} with one value only of the label {', '.join(alike)}"
    return ""


def _shares(target: pd.DataFrame) -> dict[str, float]:
    """The share of rows that have each label."""
    return {str(name): float(target[name].astype(float).mean()) for name in target.columns}


def _matrix(target: pd.DataFrame, classes: Sequence[Scalar], key: Callable[[object], object]) -> np.ndarray:
    del classes, key
    return target.to_numpy(dtype=np.float64).astype(np.intp)


TARGET = Target(violations=_violations, classes=_names, one_sided=_one_sided, shares=_shares, truth=_matrix)
