"""Multilabel classification: of several labels, each a column of 0 and 1, the probability that a row has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.spec.tasks.metric import Metric
from mlops_spec.spec.tasks.task import Answer, Curve, Task, TaskName

if TYPE_CHECKING:
    from mlops_spec.spec.data import Column

_NAME: TaskName = "multilabel-classification"


def _mismatch(column: Column, values: int | None) -> str:
    if column.type not in ("integer", "boolean"):
        return f"its type is {column.type}, and a label is a column of 0 and 1"
    return f"it may have {values:,} values, and a label is 0 or 1" if values is not None and values > 2 else ""


def _chance(metric: str, target: Column | None, values: int | None) -> float | None:
    """A coin's for each label; None: what a constant reaches depends on how frequent each label is."""
    del target, values
    return 0.5 if metric == "hamming_loss" else None


TASK = Task(
    name=_NAME,
    alone="binary-classification",
    of_classes=True,
    by_query=False,
    targets="several",
    ahead=False,
    mismatch=_mismatch,
    answer=Answer(
        name="probabilities", words="the probability of each label", by_class=True, probabilities=True, sums=False
    ),
    decides="threshold",
    metrics={
        "f1_macro": Metric(True, 0, 1, 0),
        "precision_macro": Metric(True, 0, 1, 0),
        "recall_macro": Metric(True, 0, 1, 0),
        "f1_micro": Metric(True, 0, 1, 0),
        "precision_micro": Metric(True, 0, 1, 0),
        "recall_micro": Metric(True, 0, 1, 0),
        "hamming_loss": Metric(False, 0, 1, 1),
        "label_ranking_average_precision": Metric(True, 0, 1, 0),
    },
    usual=("f1_macro", "f1_micro", "hamming_loss", "label_ranking_average_precision"),
    chance=_chance,
    curves=(Curve("calibration", "predicted_probability", "observed_share", "Calibration of all labels, ten bins"),),
    pictures=("labels",),
    pipeline_tag="tabular-classification",
    lacks={
        "positive": "each label is 1 where a row has it",
        "cost": "`cost` is for two classes",
        "k": "`k` is for two classes",
        "fairness": f"a task of {_NAME} makes several",
        "calibration": "each label has a calibration of its own",
    },
)
