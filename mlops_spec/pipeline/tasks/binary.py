"""The target of a binary task: two values, of which one is positive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.pipeline.shown import lookalike
from mlops_spec.pipeline.tasks.of_classes import codes, listed, one_class, one_sided, shares, sorted_classes
from mlops_spec.pipeline.tasks.target import Target, seen
from mlops_spec.pipeline.violation import Violation
from mlops_spec.spec.features import positive_class

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from mlops_spec.package.manifest import Scalar
    from mlops_spec.pipeline.table import Table
    from mlops_spec.spec import Spec


def _violations(spec: Spec, table: Table) -> Iterator[Violation]:
    name, positive, found = spec.data.targets[0], spec.data.positive, seen(table, spec.data.targets[0]).values
    told = listed(found)
    if len(found) < 2:
        yield from one_class(name, found)
    elif len(found) > 2:
        yield Violation(name, f"has {len(found):,} classes ({told}); a binary task has two")
    elif positive is None and found != {0, 1}:
        yield Violation(name, f"has the classes {told}: say which is meant by `data.positive`")
    elif positive is not None and positive not in found:
        alike = lookalike([*map(str, found)], {str(positive)})
        yield Violation(name, f"never is {positive!r} (data.positive); there are {told}{alike}")


def _classes(spec: Spec, rows: pd.DataFrame) -> list[Scalar]:
    """The positive one is the last."""
    found, positive = sorted_classes(spec, rows), positive_class(spec)
    return found if positive is None else [*(label for label in found if label != positive), positive]


TARGET = Target(violations=_violations, classes=_classes, one_sided=one_sided, shares=shares, truth=codes)
