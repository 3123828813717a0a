"""The curves of an evaluation: points as JSON, which `dvc plots` draws and compares between versions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import roc_curve

from mlops_spec.system.files import make_folder, write_atomic

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlops_spec.pipeline.answers import Answers

_MOST_POINTS = 100
_BINS = 10


@dataclass(frozen=True)
class Curve:
    """Points (n, 2), and what its axes are."""

    name: str
    x: str
    y: str
    points: np.ndarray


def write_curves(folder: Path, task: str, answers: Answers) -> None:
    """Writes `<curve>.json` for each curve of the task."""
    make_folder(folder)
    for curve in curves(task, answers):
        rows = [dict(zip((curve.x, curve.y), map(float, point), strict=True)) for point in curve.points]
        write_atomic(folder / f"{curve.name}.json", json.dumps(rows) + "\n")


def curves(task: str, answers: Answers) -> Iterator[Curve]:
    """Binary: ROC and calibration. Several classes: calibration of the most probable one. Values: predicted, actual."""
    match task:
        case "binary-classification":
            false, true, _ = roc_curve(answers.truth, answers.score)
            yield Curve("roc", "false_positive_rate", "true_positive_rate", _thinned(np.column_stack([false, true])))
            yield _calibration_curve(answers.truth, answers.score)
        case "multiclass-classification":
            chosen = answers.score.argmax(axis=1)
            yield _calibration_curve(chosen == answers.truth, answers.score.max(axis=1))
        case _:
            order = np.argsort(answers.score, kind="stable")
            points = np.column_stack([answers.score, answers.truth])[order]
            yield Curve("predicted_actual", "predicted", "actual", _means(points))


def _calibration_curve(hit: np.ndarray, probability: np.ndarray) -> Curve:
    order = np.argsort(probability, kind="stable")
    points = np.column_stack([probability, hit])[order]
    return Curve("calibration", "predicted_probability", "observed_share", _means(points))


def _means(points: np.ndarray) -> np.ndarray:
    parts = np.array_split(points, min(_BINS, len(points)))
    return np.array([part.mean(axis=0) for part in parts])


def _thinned(points: np.ndarray) -> np.ndarray:
    if len(points) <= _MOST_POINTS:
        return points
    kept = np.linspace(0, len(points) - 1, _MOST_POINTS).round().astype(int)
    return np.asarray(points[kept])
