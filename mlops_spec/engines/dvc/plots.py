"""Plots of an evaluation for `dvc plots`: curves that versions are compared by, and pictures.

The names are those that `pipeline.curves` and `pipeline.pictures` write, which load what rendering must not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec import model_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.spec import Spec


@dataclass(frozen=True)
class Plot:
    """A file of points with its axes; a picture has none."""

    path: str
    x: str = ""
    y: str = ""
    title: str = ""


def plots(spec: Spec) -> tuple[Plot, ...]:
    """Those of the task, and of what the spec measures."""
    return (*_curves(spec), *(Plot(f"{model_folder.PLOTS}/{name}.png") for name in _pictures(spec)))


def _curves(spec: Spec) -> Iterator[Plot]:
    if spec.task == "regression":
        yield _curve("predicted_actual", "predicted", "actual", "Predicted and actual, means of ten bins")
        return
    if spec.task == "binary-classification":
        yield _curve("roc", "false_positive_rate", "true_positive_rate", "ROC")
    yield _curve("calibration", "predicted_probability", "observed_share", "Calibration, ten bins")


def _curve(name: str, x: str, y: str, title: str) -> Plot:
    return Plot(f"{model_folder.PLOTS}/{name}.json", x, y, title)


def _pictures(spec: Spec) -> Iterator[str]:
    binary = spec.task == "binary-classification"
    if binary:
        yield "roc"
    yield "predicted_actual" if spec.task == "regression" else "calibration"
    if spec.evaluate.slices or spec.data.protected:
        yield "slices"
    if binary and spec.data.protected:
        yield "groups"
    yield "scores"
