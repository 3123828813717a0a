"""The tasks: each a module of its own, and the one list of them.

Nobody else tells tasks apart by name: what differs between them is a field of `Task`, or of its half in
`mlops_spec.pipeline.tasks`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.spec.tasks import binary, custom, forecasting, generation, multiclass, multilabel, ranking, regression

if TYPE_CHECKING:
    from mlops_spec.spec.tasks.task import Task

TASKS: dict[str, Task] = {
    each.TASK.name: each.TASK
    for each in (binary, multiclass, regression, multilabel, forecasting, ranking, generation, custom)
}


def task_called(name: str) -> Task:
    """The task that a package names; raises Failure when this version knows none of that name."""
    if name not in TASKS:
        raise Failure(
            f"the package is for the task `{name}`, which this mlops-spec does not know",
            exit_code=Exit.CONFIG,
            remedy="Use the mlops-spec that it was packaged by.",
        )
    return TASKS[name]
