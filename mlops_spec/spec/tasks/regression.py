"""Regression: a number for each row, or one for each of several targets."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from mlops_spec.spec.tasks.metric import Metric
from mlops_spec.spec.tasks.task import Answer, Curve, Task, TaskName

if TYPE_CHECKING:
    from mlops_spec.spec.data import Column

_NAME: TaskName = "regression"
# No constant in the middle of the target's range is further off than half of it.
_OF_HALF_THE_RANGE = {
    "mean_absolute_error": 1,
    "median_absolute_error": 1,
    "root_mean_squared_error": 1,
    "mean_squared_error": 2,
}

VALUE = "value"
WORST = "_worst"  # ends the name of a measure of the worst target; without it a measure is the mean over all
_METRICS = {
    "r2": Metric(True, -inf, 1, 0),
    "explained_variance": Metric(True, -inf, 1, 0),
    "mean_absolute_error": Metric(False, 0, inf, inf),
    "mean_squared_error": Metric(False, 0, inf, inf),
    "root_mean_squared_error": Metric(False, 0, inf, inf),
    "median_absolute_error": Metric(False, 0, inf, inf),
    "mean_absolute_percentage_error": Metric(False, 0, inf, inf),
}


def in_units(metric: str) -> bool:
    """Whether a measure is in the units of the target, or their squares."""
    return metric.removesuffix(WORST) in _OF_HALF_THE_RANGE


def _mismatch(column: Column, values: int | None) -> str:
    if values == 2:
        return "it has two values, which are classes"
    if column.type in ("integer", "number"):
        return ""
    return f"its type is {column.type}, which has no distances"


def _chance(metric: str, target: Column | None, values: int | None) -> float | None:
    del values
    if metric.removesuffix(WORST) == "mean_absolute_percentage_error":
        return 1.0  # of an answer that is always 0
    power = _OF_HALF_THE_RANGE.get(metric.removesuffix(WORST))
    if power is None or target is None or target.min is None or target.max is None:
        return None
    return float(abs(target.max - target.min) / 2) ** power


TASK = Task(
    name=_NAME,
    alone=_NAME,
    of_classes=False,
    by_query=False,
    targets="any",
    ahead=False,
    mismatch=_mismatch,
    answer=Answer(name=VALUE, words="values", by_class=True, probabilities=False, sums=False),
    decides="nothing",
    metrics={**_METRICS, **{f"{name}{WORST}": metric for name, metric in _METRICS.items()}},
    usual=("r2", "mean_absolute_error", "root_mean_squared_error"),
    chance=_chance,
    curves=(Curve("predicted_actual", "predicted", "actual", "Predicted and actual, means of ten bins"),),
    pictures=("predicted_actual",),
    pipeline_tag="tabular-regression",
    lacks={
        "threshold": f"a task of {_NAME} has no threshold",
        "positive": f"a task of {_NAME} has no positive value",
        "cost": "`cost` is for two classes",
        "k": "`k` is for two classes",
        "decision": "a regression decides nothing",
        "fairness": f"a task of {_NAME} makes none",
        "calibration": "a regression answers no probabilities",
    },
)
