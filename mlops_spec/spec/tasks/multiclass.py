"""Multiclass classification: the probability of each of several classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.spec.tasks.metric import Metric
from mlops_spec.spec.tasks.of_classes import CALIBRATION, METRICS, chance_among, no_classes
from mlops_spec.spec.tasks.task import Answer, Task, TaskName

if TYPE_CHECKING:
    from mlops_spec.spec.data import Column

_NAME: TaskName = "multiclass-classification"


def _mismatch(column: Column, values: int | None) -> str:
    if values == 2:
        return "it has two values, and measures of many classes say less of them"
    return no_classes(column)


def _chance(metric: str, target: Column | None, values: int | None) -> float | None:
    del target
    if metric == "brier_score" and values is not None and values > 1:
        return 1 - 1 / values
    return chance_among(values, metric)


TASK = Task(
    name=_NAME,
    alone=_NAME,
    of_classes=True,
    by_query=False,
    targets="one",
    ahead=False,
    mismatch=_mismatch,
    answer=Answer(
        name="probabilities",
        words="the probability of each class",
        by_class=True,
        probabilities=True,
        sums=True,
    ),
    decides="largest",
    metrics={
        **METRICS,
        "roc_auc_ovr": Metric(True, 0, 1, 0.5),
        "f1_macro": Metric(True, 0, 1, 0),
        "f1_weighted": Metric(True, 0, 1, 0),
        "precision_macro": Metric(True, 0, 1, 0),
        "recall_macro": Metric(True, 0, 1, 0),
    },
    usual=("roc_auc_ovr", "accuracy", "f1_macro", "log_loss"),
    chance=_chance,
    curves=(CALIBRATION,),
    pictures=("calibration",),
    pipeline_tag="tabular-classification",
    lacks={
        "threshold": f"a task of {_NAME} has no threshold",
        "positive": f"a task of {_NAME} has no positive value",
        "cost": "`cost` is for two classes",
        "k": "`k` is for two classes",
        "fairness": f"a task of {_NAME} makes none",
    },
)
