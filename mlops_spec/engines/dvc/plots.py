"""Plots of an evaluation for `dvc plots`: curves that versions are compared by, and pictures.

The names are those that `pipeline.curves` and `pipeline.pictures` write, which load what rendering must not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.spec.tasks import TASKS

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
    curves = (Plot(_points(each.name), each.x, each.y, each.title) for each in TASKS[spec.task].curves)
    return (*curves, *(Plot(f"{model_folder.PLOTS}/{name}.png") for name in _pictures(spec)))


def _points(curve: str) -> str:
    return f"{model_folder.PLOTS}/{curve}.json"


def _pictures(spec: Spec) -> Iterator[str]:
    task = TASKS[spec.task]
    yield from task.pictures
    if spec.evaluate.slices or spec.data.protected:
        yield "slices"
    if task.has("fairness") and spec.data.protected:
        yield "groups"
    if task.answer.numbers:
        yield "scores"
