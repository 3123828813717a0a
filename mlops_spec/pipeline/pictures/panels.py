"""A panel for each of several targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from mlops_spec.pipeline.pictures.drawing import INCHES, one_plot, titled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from mlops_spec.pipeline.answers import Answers
    from mlops_spec.pipeline.pictures.shown import Shown

_MOST_PANELS = 9  # of targets


def panels_of(shown: Shown, across: str, up: str) -> tuple[Figure, list[tuple[Axes, Answers]]]:
    """A panel for each of the first targets, side by side, or one."""
    if (point := shown.answers.point).score.ndim == 1:
        figure, axes = one_plot(across, up)
        return figure, [(axes, point)]
    each = shown.answers.by_target[:_MOST_PANELS]
    columns = min(len(each), 3)
    rows = -(-len(each) // columns)
    figure = Figure(figsize=(0.8 * INCHES * columns, 0.8 * INCHES * rows), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, name in zip(grid, shown.spec.data.targets, strict=False):
        axes.set(xlabel=across, ylabel=up)
        axes.set_title(name, fontsize=9)
        axes.grid(alpha=0.3)
    for spare in grid[len(each) :]:
        spare.set_visible(False)
    return figure, list(zip(grid, each, strict=False))


def titled_panels(figure: Figure, shown: Shown, panels: Sequence[tuple[Axes, Answers]], title: str) -> Figure:
    """The figure, titled; the title says where not all targets have a panel."""
    if len(panels) == 1:
        return titled(figure, panels[0][0], title)
    names = shown.spec.data.targets
    of = "" if len(panels) == len(names) else f", the first {len(panels)} of {len(names):,} targets"
    figure.suptitle(f"{title}{of}", fontsize=11)
    return figure
