"""Forecasting: the number of each row of the future, from what is known before it."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from mlops_spec.spec.tasks import regression
from mlops_spec.spec.tasks.metric import Metric
from mlops_spec.spec.tasks.task import Answer, Curve, Task, TaskName

if TYPE_CHECKING:
    from mlops_spec.spec.data import Column

_NAME: TaskName = "forecasting"
FORECAST = "forecast"
# Of the last known value, or that of the season before, which needs no model.
_OF_NAIVE = {"mase": 1.0, "rmsse": 1.0, "skill_naive": 0.0, "skill_seasonal_naive": 0.0, "skill_pinball": 0.0}


_OF_QUANTILES = {
    "mean_pinball_loss": Metric(False, 0, inf, inf),
    "scaled_pinball_loss": Metric(False, 0, inf, inf),
    "skill_pinball": Metric(True, -inf, 1, 0),
    "coverage": Metric(True, 0, 1, 0),
    "coverage_error": Metric(False, 0, 1, 1),
    "mean_interval_score": Metric(False, 0, inf, inf),
    "mean_interval_width": Metric(False, 0, inf, inf),
}


def _chance(metric: str, target: Column | None, values: int | None) -> float | None:
    if metric == "wape":
        return 1.0  # of an answer that is always 0
    if metric in _OF_NAIVE:
        return _OF_NAIVE[metric]
    if metric in _OF_QUANTILES:
        return None
    return regression.TASK.chance(metric, target, values)


TASK = Task(
    name=_NAME,
    alone=regression.TASK.name,
    of_classes=False,
    by_query=False,
    targets="one",
    ahead=True,
    mismatch=regression.TASK.mismatch,
    answer=Answer(name=FORECAST, words="values", by_class=True, probabilities=False, sums=False, ascends=True),
    decides="nothing",
    metrics={
        "mase": Metric(False, 0, inf, inf),
        "rmsse": Metric(False, 0, inf, inf),
        "wape": Metric(False, 0, inf, inf),
        "smape": Metric(False, 0, 2, 2),
        "skill_naive": Metric(True, -inf, 1, 0),
        "skill_seasonal_naive": Metric(True, -inf, 1, 0),
        **{
            name: regression.TASK.metrics[name]
            for name in (
                "mean_absolute_error",
                "mean_squared_error",
                "root_mean_squared_error",
                "median_absolute_error",
            )
        },
        **_OF_QUANTILES,
    },
    usual=("mase", "rmsse", "wape", "smape", "skill_naive", "skill_seasonal_naive"),
    of_quantiles=tuple(_OF_QUANTILES),
    chance=_chance,
    curves=(Curve("predicted_actual", "predicted", "actual", "Predicted and actual, means of ten bins"),),
    pictures=("forecast", "predicted_actual"),
    pipeline_tag="time-series-forecasting",
    lacks={
        "threshold": f"a task of {_NAME} has no threshold",
        "positive": f"a task of {_NAME} has no positive value",
        "cost": "`cost` is for two classes",
        "k": "`k` is for two classes",
        "decision": "a forecast decides nothing",
        "fairness": f"a task of {_NAME} makes none",
        "calibration": "a forecast answers no probabilities",
    },
)
