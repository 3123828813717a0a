"""The target of a custom task: columns of any type, each row's kept as JSON, as its answer is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlops_spec.package.predictor.json_answers import as_text
from mlops_spec.pipeline.asked_texts import plain_value
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
        if len(seen(table, name).values) < 2:
            yield Violation(name, "has one value only: nothing tells a right answer from a wrong one")


def _no_classes(spec: Spec, rows: pd.DataFrame) -> list[Scalar]:
    del spec, rows
    return []


def _one_sided(train: pd.DataFrame, test: pd.DataFrame) -> str:
    del train, test
    return ""


def _no_shares(target: pd.DataFrame) -> dict[str, float]:
    del target
    return {}


def _texts(target: pd.DataFrame, classes: Sequence[Scalar], key: Callable[[object], object]) -> np.ndarray:
    """Of one column its value, of several the list of theirs."""
    del classes, key
    columns = [[plain_value(each) for each in target[name].tolist()] for name in target.columns]
    rows = columns[0] if len(columns) == 1 else zip(*columns, strict=True)
    return np.array([as_text(row) for row in rows], dtype=object)


TARGET = Target(violations=_violations, classes=_no_classes, one_sided=_one_sided, shares=_no_shares, truth=_texts)
