"""The measures of a model that has learned nothing, as far as task, measure and contract tell them."""

from __future__ import annotations

from math import inf, log
from typing import TYPE_CHECKING

from mlops_spec.spec.groups import number_of_values
from mlops_spec.spec.metrics import METRICS

if TYPE_CHECKING:
    from mlops_spec.spec import Spec

# Reached by answers that are the same for every row, or drawn by lot, in a task of k classes: 1 / k.
_OF_A_COIN = ("accuracy", "balanced_accuracy", "f1_macro", "f1_weighted", "precision_macro", "recall_macro")
# No constant in the middle of the target's range is further off than half of it.
_OF_HALF_THE_RANGE = {
    "mean_absolute_error": 1,
    "median_absolute_error": 1,
    "root_mean_squared_error": 1,
    "mean_squared_error": 2,
}


def chance(spec: Spec, metric: str) -> float | None:
    """What needs no model: a coin's or a constant's value, the worst there is where no more is known; None: unknown."""
    known = METRICS.get(metric)
    if known is None or metric in spec.evaluate.own:
        return None
    told = _of_regression(spec, metric) if spec.task == "regression" else _of_classes(spec, metric)
    return known.chance if told is None else told


def reach(spec: Spec, metric: str) -> float:
    """From the best value down to chance; infinite where either is unknown."""
    level = chance(spec, metric)
    return inf if level is None else abs(METRICS[metric].best - level)


def classes(spec: Spec) -> int | None:
    """How many classes the target has; None where the contract does not say."""
    return 2 if spec.task == "binary-classification" else number_of_values(spec, spec.data.target)


def _of_classes(spec: Spec, metric: str) -> float | None:
    count = classes(spec)
    if count is None or count < 2:
        return None
    if metric in _OF_A_COIN:
        return 1 / count
    if metric == "brier_score":  # of two classes the positive one alone is scored
        return 0.25 if spec.task == "binary-classification" else 1 - 1 / count
    return {"log_loss": log(count), "expected_calibration_error": 1 - 1 / count}.get(metric)


def _of_regression(spec: Spec, metric: str) -> float | None:
    if metric == "mean_absolute_percentage_error":
        return 1.0  # of an answer that is always 0
    target = spec.data.contract.columns.get(spec.data.target)
    power = _OF_HALF_THE_RANGE.get(metric)
    if power is None or target is None or target.min is None or target.max is None:
        return None
    return float(abs(target.max - target.min) / 2) ** power
