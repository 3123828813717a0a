"""Custom: whatever `predict` answers for each row, kept as JSON, and judged by measures of the user's own alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.spec.tasks.task import Answer, Task, TaskName

if TYPE_CHECKING:
    from mlops_spec.spec.data import Column

_NAME: TaskName = "custom"


def _any_column(column: Column, values: int | None) -> str:
    del column, values
    return ""


def _no_chance(metric: str, target: Column | None, values: int | None) -> float | None:
    """None: nobody but its author knows what a measure gives a model that has learned nothing."""
    del metric, target, values
    return None


TASK = Task(
    name=_NAME,
    alone="regression",
    of_classes=False,
    by_query=False,
    targets="any",
    ahead=False,
    mismatch=_any_column,
    answer=Answer(
        name="answer",
        words="an answer for each row that JSON can hold",
        by_class=False,
        probabilities=False,
        sums=False,
        holds="json",
    ),
    decides="nothing",
    metrics={},
    usual=(),
    chance=_no_chance,
    curves=(),
    pictures=(),
    pipeline_tag="other",
    lacks={
        "threshold": f"a task of {_NAME} has no threshold",
        "positive": f"a task of {_NAME} has no positive value",
        "cost": "`cost` is for two classes",
        "k": "`k` is for two classes",
        "decision": "nothing tells which answers decide otherwise",
        "fairness": f"a task of {_NAME} makes none",
        "calibration": "its answers are no probabilities",
        "shift": "its answers are no scores, which could move",
    },
)
