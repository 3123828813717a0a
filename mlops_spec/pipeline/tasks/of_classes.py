"""What tasks of one column of classes make of it: each class is a code, in the order of the model's answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlops_spec.pipeline.shown import shown
from mlops_spec.pipeline.tasks.target import UnknownClasses
from mlops_spec.pipeline.violation import SHOWN, Violation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd

    from mlops_spec.package.manifest import Scalar
    from mlops_spec.spec import Spec


def listed(found: set[object]) -> str:
    """The first of the classes that a column has, in order, for a message."""
    return ", ".join(map(shown, sorted(map(str, found))[:SHOWN]))


def one_class(name: str, found: set[object]) -> Iterator[Violation]:
    """A target of one class only, or of none."""
    if len(found) < 2:
        yield Violation(name, f"has one class only ({listed(found)}): there is nothing to tell apart")


def sorted_classes(spec: Spec, rows: pd.DataFrame) -> list[Scalar]:
    """The classes in order."""
    return sorted(rows[spec.data.targets[0]].unique().tolist())


def one_sided(train: pd.DataFrame, test: pd.DataFrame) -> str:
    """A class that train lacks, or the only one of test."""
    known, asked = train.iloc[:, 0], test.iloc[:, 0]
    if lacking := set(asked.unique()) - set(known.unique()):
        return f"leaves train without the class {', '.join(map(str, sorted(lacking)))}"
    return "leaves test with one class only" if asked.nunique() < 2 else ""


def shares(target: pd.DataFrame) -> dict[str, float]:
    """The share of rows of each class, in order."""
    counted = target.iloc[:, 0].value_counts(normalize=True)
    return {str(name): float(counted[name]) for name in sorted(counted.index)}


def codes(target: pd.DataFrame, classes: Sequence[Scalar], key: Callable[[object], object]) -> np.ndarray:
    """The code of each row's class, (n,)."""
    labels, known = target.iloc[:, 0], {key(label): code for code, label in enumerate(classes)}
    found = labels.map(lambda label: known.get(key(label)))
    if found.isna().any():
        raise UnknownClasses(sorted({str(value) for value in labels[found.isna()]}))
    return found.to_numpy(dtype=np.intp)
