"""The properties of measures that the linter needs without NumPy; `mlops_validators.MEASURES` computes them.

A test holds the two together. Names are scikit-learn's where it has the measure.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple


class Metric(NamedTuple):
    """One measure's task, direction and range."""

    tasks: tuple[str, ...]
    higher_is_better: bool
    low: float
    high: float
    chance: float  # what a model reaches that has learned nothing; the worst value where that depends on the rows

    @property
    def worst(self) -> float:
        return self.low if self.higher_is_better else self.high

    @property
    def best(self) -> float:
        return self.high if self.higher_is_better else self.low


_BINARY = ("binary-classification",)
_MULTICLASS = ("multiclass-classification",)
_REGRESSION = ("regression",)
_CLASSES = (*_BINARY, *_MULTICLASS)

METRICS: dict[str, Metric] = {
    "roc_auc": Metric(_BINARY, True, 0, 1, 0.5),
    "average_precision": Metric(_BINARY, True, 0, 1, 0),
    "brier_score": Metric(_CLASSES, False, 0, 2, 2),
    "log_loss": Metric(_CLASSES, False, 0, inf, inf),
    "expected_calibration_error": Metric(_CLASSES, False, 0, 1, 1),
    "accuracy": Metric(_CLASSES, True, 0, 1, 0),
    "balanced_accuracy": Metric(_CLASSES, True, 0, 1, 0),
    "matthews_corrcoef": Metric(_CLASSES, True, -1, 1, 0),
    "f1": Metric(_BINARY, True, 0, 1, 0),
    "precision": Metric(_BINARY, True, 0, 1, 0),
    "recall": Metric(_BINARY, True, 0, 1, 0),
    "precision_at_k": Metric(_BINARY, True, 0, 1, 0),
    "expected_cost": Metric(_BINARY, False, -inf, inf, inf),
    "roc_auc_ovr": Metric(_MULTICLASS, True, 0, 1, 0.5),
    "f1_macro": Metric(_MULTICLASS, True, 0, 1, 0),
    "f1_weighted": Metric(_MULTICLASS, True, 0, 1, 0),
    "precision_macro": Metric(_MULTICLASS, True, 0, 1, 0),
    "recall_macro": Metric(_MULTICLASS, True, 0, 1, 0),
    "r2": Metric(_REGRESSION, True, -inf, 1, 0),
    "explained_variance": Metric(_REGRESSION, True, -inf, 1, 0),
    "mean_absolute_error": Metric(_REGRESSION, False, 0, inf, inf),
    "mean_squared_error": Metric(_REGRESSION, False, 0, inf, inf),
    "root_mean_squared_error": Metric(_REGRESSION, False, 0, inf, inf),
    "median_absolute_error": Metric(_REGRESSION, False, 0, inf, inf),
    "mean_absolute_percentage_error": Metric(_REGRESSION, False, 0, inf, inf),
}


def metrics_of(task: str) -> list[str]:
    """Names of the measures that a task has."""
    return [name for name, metric in METRICS.items() if task in metric.tasks]
