"""The pictures of an evaluation, as PNG: curves with their bands, slices, groups, train against test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg

from mlops_spec.pipeline.pictures.of_answers import OF_ANSWERS
from mlops_spec.pipeline.pictures.of_rows import measure_by_slice, rates_by_group, score_histograms
from mlops_spec.spec.tasks import TASKS
from mlops_spec.system.files import make_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from matplotlib.figure import Figure

    from mlops_spec.pipeline.pictures.shown import Shown

_DPI = 110


def draw_pictures(folder: Path, shown: Shown) -> None:
    """Writes `<picture>.png` for each picture of the task; the same evaluation gives the same bytes."""
    make_folder(folder)
    with rc_context({"text.parse_math": False}):  # names and values of the data are no formulas, which may be wrong
        for name, figure in _pictures(shown):
            FigureCanvasAgg(figure)
            figure.savefig(folder / f"{name}.png", dpi=_DPI, metadata={"Software": None})


def _pictures(shown: Shown) -> Iterator[tuple[str, Figure]]:
    task = TASKS[shown.spec.task]
    yield from ((name, OF_ANSWERS[name](shown)) for name in task.pictures)
    if shown.evaluation["slices"]:
        yield "slices", measure_by_slice(shown)
    if task.has("fairness") and shown.spec.data.protected:
        yield "groups", rates_by_group(shown)
    if task.answer.numbers:
        yield "scores", score_histograms(shown)
