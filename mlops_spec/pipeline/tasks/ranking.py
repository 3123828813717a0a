"""The target of a ranking: relevance, a number of 0 or more, of rows that lie in queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

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
    name, query = spec.data.targets[0], spec.data.split.column
    found = seen(table, name)
    if spec.data.split.by != "group" or query is None:
        yield Violation(name, "the rows of a ranking lie in queries: name their column (data.split: by group)")
    elif found.kinds & {"bool", "text"}:
        yield Violation(name, "relevance must be numbers, 0 or more")
    elif len(found.values) < 2:
        yield Violation(name, "has one value only: no order is right or wrong")
    else:
        yield from _of_queries(name, whole(table, name), whole(table, query))


def _of_queries(name: str, relevance: pd.Series, query: pd.Series) -> Iterator[Violation]:
    below = np.flatnonzero((relevance < 0).to_numpy())
    if len(below):
        yield Violation(name, "below 0, and relevance is 0 or more", tuple(relevance.index[below[:5]]), len(below))
    grouped = relevance.groupby(query)
    if int((grouped.max() > grouped.min()).sum()) < 2:
        yield Violation(name, "is the same in all rows of each query but one at most: no order is right or wrong")


def _no_classes(spec: Spec, rows: pd.DataFrame) -> list[Scalar]:
    del spec, rows
    return []


def _one_sided(train: pd.DataFrame, test: pd.DataFrame) -> str:
    for side, rows in (("train", train), ("test", test)):
        if not (rows.iloc[:, 0] > 0).any():
            return f"leaves {side} without a relevant row"
    return ""


def _no_shares(target: pd.DataFrame) -> dict[str, float]:
    del target
    return {}


def _relevance(target: pd.DataFrame, classes: Sequence[Scalar], key: Callable[[object], object]) -> np.ndarray:
    del classes, key
    return target.iloc[:, 0].to_numpy(dtype=np.float64)


TARGET = Target(violations=_violations, classes=_no_classes, one_sided=_one_sided, shares=_no_shares, truth=_relevance)
