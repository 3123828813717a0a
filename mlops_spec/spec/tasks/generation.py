"""Generation: a text for each row, held against a reference text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.spec.tasks.metric import Metric
from mlops_spec.spec.tasks.task import Answer, Task, TaskName

if TYPE_CHECKING:
    from mlops_spec.spec.data import Column

_NAME: TaskName = "generation"


def _mismatch(column: Column, values: int | None) -> str:
    if column.type != "string":
        return f"its type is {column.type}, and a reference is a text (string)"
    return "" if values is None else f"it may have {values:,} values, which are classes"


def _chance(metric: str, target: Column | None, values: int | None) -> float | None:
    """None: what one text for all rows reaches depends on the references."""
    del metric, target, values
    return None


TASK = Task(
    name=_NAME,
    alone="regression",
    of_classes=False,
    by_query=False,
    targets="one or none",
    ahead=False,
    mismatch=_mismatch,
    answer=Answer(
        name="text", words="a text for each row", by_class=False, probabilities=False, sums=False, holds="text"
    ),
    decides="nothing",
    metrics={
        "exact_match": Metric(True, 0, 1, 0),
        "exact_match_normalized": Metric(True, 0, 1, 0),
        "token_f1": Metric(True, 0, 1, 0),
        "chrf": Metric(True, 0, 1, 0),
        "chrf_mean": Metric(True, 0, 1, 0),
        "rouge_l": Metric(True, 0, 1, 0),
    },
    usual=("exact_match", "token_f1", "chrf"),
    chance=_chance,
    curves=(),
    pictures=(),
    pipeline_tag="text-generation",
    lacks={
        "threshold": f"a task of {_NAME} has no threshold",
        "positive": f"a task of {_NAME} has no positive value",
        "cost": "`cost` is for two classes",
        "k": "`k` is for two classes",
        "decision": "nothing tells which texts decide otherwise",
        "fairness": f"a task of {_NAME} makes none",
        "calibration": "its answers are no probabilities",
        "shift": "its answers are no scores, which could move",
    },
)
