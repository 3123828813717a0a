"""The columns that tell what was known of a series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from mlops_spec.spec import Spec


def columns_of(spec: Spec) -> list[str]:
    """Series, time and target; none where nothing is forecast."""
    named = (spec.data.series, spec.data.time, spec.data.targets[0]) if TASKS[spec.task].ahead else ()
    return [name for name in named if name is not None]
