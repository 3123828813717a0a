"""The target of generation: a column of reference texts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mlops_spec.pipeline.table import whole
from mlops_spec.pipeline.tasks import custom
from mlops_spec.pipeline.tasks.target import seen
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
        if found.kinds != {"text"} and name not in spec.data.contract.columns:
            yield Violation(
                name, "references must be texts; `type: string` in data.contract.columns makes numbers texts"
            )
        elif len(found.values) < 2:
            yield Violation(name, "has one value only: nothing tells a right answer from a wrong one")
        else:
            blank = np.flatnonzero(whole(table, name).map(_is_blank).to_numpy(dtype=bool))
            if len(blank):
                yield Violation(name, "empty, and an answer is held against a text", tuple(blank[:5]), len(blank))


def _is_blank(value: object) -> bool:
    return isinstance(value, str) and not value.strip()


def _texts(target: pd.DataFrame, classes: Sequence[Scalar], key: Callable[[object], object]) -> np.ndarray:
    del classes, key
    return np.array([str(value) for value in target.iloc[:, 0].tolist()], dtype=object)


TARGET = replace(custom.TARGET, violations=_violations, truth=_texts)
