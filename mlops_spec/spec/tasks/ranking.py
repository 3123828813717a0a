"""Ranking: a score for each row, by which the rows of each query are put in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.spec.tasks.metric import Metric
from mlops_spec.spec.tasks.task import Answer, Curve, Task, TaskName

if TYPE_CHECKING:
    from mlops_spec.spec.data import Column

_NAME: TaskName = "ranking"
AT_K = ("ndcg_at_k", "recall_at_k")  # look at the first `evaluate.k` rows of each query


def _mismatch(column: Column, values: int | None) -> str:
    del values
    if column.type not in ("integer", "number"):
        return f"its type is {column.type}, and relevance is a number"
    if column.min is not None and column.min < 0:
        return f"it may be {column.min:g}, and relevance is 0 or more"
    return ""


def _chance(metric: str, target: Column | None, values: int | None) -> float | None:
    """None: what any order reaches depends on how many rows of each query are relevant."""
    del metric, target, values
    return None


TASK = Task(
    name=_NAME,
    alone="regression",
    of_classes=False,
    by_query=True,
    targets="one",
    ahead=False,
    mismatch=_mismatch,
    answer=Answer(name="score", words="a score for each row", by_class=False, probabilities=False, sums=False),
    decides="nothing",
    metrics={
        "ndcg": Metric(True, 0, 1, 0),
        "ndcg_at_k": Metric(True, 0, 1, 0),
        "mean_reciprocal_rank": Metric(True, 0, 1, 0),
        "mean_average_precision": Metric(True, 0, 1, 0),
        "recall_at_k": Metric(True, 0, 1, 0),
    },
    usual=("ndcg", "mean_reciprocal_rank", "mean_average_precision"),
    chance=_chance,
    curves=(Curve("ndcg", "k", "ndcg_at_k", "NDCG of the first k rows of each query"),),
    pictures=("queries",),
    pipeline_tag="text-ranking",
    lacks={
        "threshold": f"a task of {_NAME} has no threshold",
        "positive": f"a task of {_NAME} has no positive value",
        "cost": "`cost` is for two classes",
        "decision": "a ranking decides nothing",
        "fairness": f"a task of {_NAME} makes none",
        "calibration": "a ranking answers no probabilities",
        "weight": "in a ranking each query counts once",
    },
)
