"""The half of a task that reads the target's columns: what they must hold, their classes, and the truth of rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np

    from mlops_spec.package.manifest import Scalar
    from mlops_spec.pipeline.table import Table
    from mlops_spec.pipeline.violation import Violation
    from mlops_spec.spec import Spec


class UnknownClasses(ValueError):
    """Rows hold classes that are none of the model's; `names` are their texts, in order."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


def itself(value: object) -> object:
    """The key of a label whose type is that of the class."""
    return value


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a task makes of its target; the light half is `mlops_spec.spec.tasks.task.Task`."""

    violations: Callable[[Spec, Table], Iterator[Violation]]
    """What the task asks of the target beside the contract."""
    classes: Callable[[Spec, pd.DataFrame], list[Scalar]]
    """What the answer's columns are called, of all rows: classes, labels or targets; none of one number."""
    one_sided: Callable[[pd.DataFrame, pd.DataFrame], str]
    """What a split leaves out of the targets of train or of test, as a refusal says it; else empty."""
    shares: Callable[[pd.DataFrame], dict[str, float]]
    """The share of rows of each class, or label; none of numbers."""
    truth: Callable[[pd.DataFrame, Sequence[Scalar], Callable[[object], object]], np.ndarray]
    """From the target's columns, the classes and the key that labels and classes are compared by: codes in the order
    of the classes (binary: 1 is positive), or values. Raises UnknownClasses."""


@dataclass(frozen=True)
class Seen:
    """What a column of the file holds: distinct values, and of which kinds."""

    values: set[object]
    kinds: set[str]


def seen(table: Table, name: str) -> Seen:
    """The distinct values of a column, which is read part by part."""
    found, kinds = set[object](), set[str]()
    for values in table.parts(name):
        kinds.add(_kind(values))
        found.update(values.dropna().unique().tolist())
    return Seen(found, kinds)


def _kind(values: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(values):
        return "bool"
    if pd.api.types.is_float_dtype(values):
        return "float"
    return "integer" if pd.api.types.is_numeric_dtype(values) else "text"
