"""The target of a multiclass task: several values, none of them a decimal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.pipeline.tasks.of_classes import codes, one_class, one_sided, shares, sorted_classes
from mlops_spec.pipeline.tasks.target import Target, seen
from mlops_spec.pipeline.violation import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.pipeline.table import Table
    from mlops_spec.spec import Spec


def _violations(spec: Spec, table: Table) -> Iterator[Violation]:
    name, found = spec.data.targets[0], seen(table, spec.data.targets[0])
    if len(found.values) < 2:
        yield from one_class(name, found.values)
    elif "float" in found.kinds:
        yield Violation(name, "classes must be whole numbers, booleans or texts; these are decimals")


TARGET = Target(violations=_violations, classes=sorted_classes, one_sided=one_sided, shares=shares, truth=codes)
