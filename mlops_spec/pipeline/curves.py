"""The pictures of an evaluation: points as JSON, which `dvc plots` compares between versions, and an SVG of each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import roc_curve

from mlops_spec.files import write_atomic

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlops_spec.pipeline.answers import Answers

_MOST_POINTS = 100
_BINS = 10
_SIZE, _EDGE = 360, 48


@dataclass(frozen=True)
class Curve:
    """Points (n, 2) in the unit square, or scaled to it, and what its axes are."""

    name: str
    x: str
    y: str
    points: np.ndarray


def write_plots(folder: Path, task: str, answers: Answers) -> None:
    """Writes `<curve>.json` and `<curve>.svg` for each curve of the task."""
    folder.mkdir(parents=True, exist_ok=True)
    for curve in curves(task, answers):
        rows = [dict(zip((curve.x, curve.y), map(float, point), strict=True)) for point in curve.points]
        write_atomic(folder / f"{curve.name}.json", json.dumps(rows) + "\n")
        write_atomic(folder / f"{curve.name}.svg", svg(curve))


def curves(task: str, answers: Answers) -> Iterator[Curve]:
    """Binary: ROC and calibration. Several classes: calibration of the most probable one. Values: predicted, actual."""
    match task:
        case "binary-classification":
            false, true, _ = roc_curve(answers.truth, answers.score)
            yield Curve("roc", "false_positive_rate", "true_positive_rate", _thinned(np.column_stack([false, true])))
            yield _calibration(answers.truth, answers.score)
        case "multiclass-classification":
            chosen = answers.score.argmax(axis=1)
            yield _calibration(chosen == answers.truth, answers.score.max(axis=1))
        case _:
            order = np.argsort(answers.score, kind="stable")
            points = np.column_stack([answers.score, answers.truth])[order]
            yield Curve("predicted_actual", "predicted", "actual", _means(points))


def svg(curve: Curve) -> str:
    """A picture of a curve beside the diagonal; its bytes depend on the points alone."""
    low, high = curve.points.min(), curve.points.max()
    unit = (curve.points - low) / (high - low) if low < 0 or high > 1 else curve.points
    at = [f"{_EDGE + x * (_SIZE - 2 * _EDGE):.1f},{_SIZE - _EDGE - y * (_SIZE - 2 * _EDGE):.1f}" for x, y in unit]
    far = _SIZE - _EDGE
    across, up, half = curve.x.replace("_", " "), curve.y.replace("_", " "), _SIZE // 2
    style = 'font-family="sans-serif" font-size="12" text-anchor="middle"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {_SIZE}" {style}>\n'
        f'<rect width="{_SIZE}" height="{_SIZE}" fill="white"/>\n'
        f'<path d="M{_EDGE},{_EDGE}V{far}H{far}M{_EDGE},{far}L{far},{_EDGE}" fill="none" stroke="#bbb"/>\n'
        f'<polyline points="{" ".join(at)}" fill="none" stroke="#1f6feb" stroke-width="2"/>\n'
        f'<text x="{half}" y="{_SIZE - 14}">{across}</text>\n'
        f'<text x="16" y="{half}" transform="rotate(-90 16 {half})">{up}</text>\n'
        "</svg>\n"
    )


def _calibration(hit: np.ndarray, probability: np.ndarray) -> Curve:
    """Mean probability and share of hits in bins of equally many rows."""
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
