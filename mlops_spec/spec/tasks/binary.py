"""Binary classification: the probability of the positive one of two classes."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from mlops_spec.spec.tasks.metric import Metric
from mlops_spec.spec.tasks.of_classes import CALIBRATION, METRICS, chance_among, no_classes
from mlops_spec.spec.tasks.task import Answer, Curve, Task

if TYPE_CHECKING:
    from mlops_spec.spec.data import Column


def _mismatch(column: Column, values: int | None) -> str:
    if values is not None and values > 2:
        return f"it may have {values:,} values, and there are two classes"
    return no_classes(column)


def _chance(metric: str, target: Column | None, values: int | None) -> float | None:
    del target, values
    if metric == "brier_score":  # the positive class alone is scored
        return 0.25
    return chance_among(2, metric)


TASK = Task(
    name="binary-classification",
    alone="binary-classification",
    of_classes=True,
    by_query=False,
    targets="one",
    ahead=False,
    mismatch=_mismatch,
    answer=Answer(
        name="probability",
        words="the probability of the positive class",
        by_class=False,
        probabilities=True,
        sums=False,
    ),
    decides="threshold",
    metrics={
        "roc_auc": Metric(True, 0, 1, 0.5),
        "average_precision": Metric(True, 0, 1, 0),
        **METRICS,
        "f1": Metric(True, 0, 1, 0),
        "precision": Metric(True, 0, 1, 0),
        "recall": Metric(True, 0, 1, 0),
        "precision_at_k": Metric(True, 0, 1, 0),
        "expected_cost": Metric(False, -inf, inf, inf),
    },
    usual=("roc_auc", "average_precision", "brier_score", "expected_calibration_error"),
    chance=_chance,
    curves=(Curve("roc", "false_positive_rate", "true_positive_rate", "ROC"), CALIBRATION),
    pictures=("roc", "calibration"),
    pipeline_tag="tabular-classification",
    lacks={},
)
