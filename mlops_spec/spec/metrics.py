"""All measures by name, of all tasks. Names are scikit-learn's where it has the measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from mlops_spec.spec.tasks.metric import Metric

METRICS: dict[str, Metric] = {name: metric for task in TASKS.values() for name, metric in task.metrics.items()}


def metrics_of(task: str) -> list[str]:
    """Names of the measures that a task has; none for a name that is no task's."""
    return list(TASKS[task].metrics) if task in TASKS else []
