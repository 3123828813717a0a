"""What tasks of classes have in common: measures of decisions and probabilities, and what a coin reaches in them."""

from __future__ import annotations

from math import inf, log
from typing import TYPE_CHECKING

from mlops_spec.spec.tasks.metric import Metric
from mlops_spec.spec.tasks.task import Curve

if TYPE_CHECKING:
    from mlops_spec.spec.data import Column

METRICS = {
    "brier_score": Metric(False, 0, 2, 2),
    "log_loss": Metric(False, 0, inf, inf),
    "expected_calibration_error": Metric(False, 0, 1, 1),
    "accuracy": Metric(True, 0, 1, 0),
    "balanced_accuracy": Metric(True, 0, 1, 0),
    "matthews_corrcoef": Metric(True, -1, 1, 0),
}
CALIBRATION = Curve("calibration", "predicted_probability", "observed_share", "Calibration, ten bins")
# Reached by answers that are the same for every row, or drawn by lot, in a task of k classes: 1 / k.
_OF_A_COIN = ("accuracy", "balanced_accuracy", "f1_macro", "f1_weighted", "precision_macro", "recall_macro")


def no_classes(column: Column) -> str:
    """What keeps a column from having classes; else empty."""
    return f"its type is {column.type}, which has no classes" if column.type in ("number", "timestamp") else ""


def chance_among(classes: int | None, metric: str) -> float | None:
    """What a coin of so many sides reaches; None where it is not known."""
    if classes is None or classes < 2:
        return None
    if metric in _OF_A_COIN:
        return 1 / classes
    return {"log_loss": log(classes), "expected_calibration_error": 1 - 1 / classes}.get(metric)
