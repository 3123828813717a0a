"""The curves of an evaluation: points as JSON, which `dvc plots` draws and compares between versions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import roc_curve

from mlops_spec.system.files import make_folder, write_atomic
from mlops_validators.ranking import query_values, ranked

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mlops_spec.pipeline.answers import Answers
    from mlops_spec.spec.tasks.task import Task

_MOST_POINTS = 100
_BINS = 10
_MOST_RANKS = 20


def write_curves(folder: Path, task: Task, answers: Answers) -> None:
    """Writes `<curve>.json` for each curve of the task."""
    make_folder(folder)
    for curve in task.curves:
        points = _POINTS[curve.name](answers)
        rows = [dict(zip((curve.x, curve.y), map(float, point), strict=True)) for point in points]
        write_atomic(folder / f"{curve.name}.json", json.dumps(rows) + "\n")


def _roc(answers: Answers) -> np.ndarray:
    false, true, _ = roc_curve(answers.truth, answers.score)
    return _thinned(np.column_stack([false, true]))


def _calibration(answers: Answers) -> np.ndarray:
    """Of several classes: of the most probable one; of several labels: of all of them."""
    if answers.score.ndim == 1:
        return _means_along(answers.score, answers.truth)
    if answers.truth.ndim == 2:
        return _means_along(answers.score.ravel(), answers.truth.ravel())
    return _means_along(answers.score.max(axis=1), answers.score.argmax(axis=1) == answers.truth)


def _predicted_actual(answers: Answers) -> np.ndarray:
    """Of several targets: of all of them, each in its own deviations from its mean, so that they have one scale."""
    if answers.point.score.ndim == 1:
        return _means_along(answers.point.score, answers.actual)
    mean, spread = answers.truth.mean(axis=0), answers.truth.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    return _means_along(((answers.score - mean) / spread).ravel(), ((answers.truth - mean) / spread).ravel())


def _ndcg(answers: Answers) -> np.ndarray:
    """NDCG of the first k rows of each query, for k from 1; none where too few queries have a relevant row."""
    given = ranked(answers.truth, answers.score, answers.groups)
    try:
        return np.array([(k, query_values("ndcg_at_k", given, k).mean()) for k in range(1, _MOST_RANKS + 1)])
    except ValueError:
        return np.empty((0, 2))


def _means_along(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    order = np.argsort(x, kind="stable")
    return _means(np.column_stack([x, y])[order])


def _means(points: np.ndarray) -> np.ndarray:
    parts = np.array_split(points, min(_BINS, len(points)))
    return np.array([part.mean(axis=0) for part in parts])


def _thinned(points: np.ndarray) -> np.ndarray:
    if len(points) <= _MOST_POINTS:
        return points
    kept = np.linspace(0, len(points) - 1, _MOST_POINTS).round().astype(int)
    return np.asarray(points[kept])


# Points (n, 2) by the curve's name.
_POINTS: dict[str, Callable[[Answers], np.ndarray]] = {
    "roc": _roc,
    "calibration": _calibration,
    "predicted_actual": _predicted_actual,
    "ndcg": _ndcg,
}
