"""The plots that pictures are made of: axes, bars with intervals, histograms, titles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Sized

    from matplotlib.axes import Axes

    from mlops_validators import Interval

BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "#999999"  # of Okabe and Ito: told apart by the colour-blind too
INCHES = 4.8
_MOST_LINES = 60  # of slices, or groups: more can't be read
_MOST_LETTERS = 24  # of a column's name, and of a value: longer ones would leave no room for the bars


def one_plot(across: str, up: str) -> tuple[Figure, Axes]:
    """A figure with one plot, whose axes are named."""
    figure = Figure(figsize=(INCHES, INCHES), layout="constrained")
    axes = figure.add_subplot(xlabel=across, ylabel=up)
    axes.grid(alpha=0.3)
    return figure, axes


def unit_square(across: str, up: str) -> tuple[Figure, Axes]:
    """The same, from 0 to 1 on both, with its diagonal."""
    figure, axes = one_plot(across, up)
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1)
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
    return figure, axes


def titled(figure: Figure, axes: Axes, title: str) -> Figure:
    """The figure, its plot titled."""
    axes.set_title(title, fontsize=11)
    return figure


def line_of(column: str, value: object) -> str:
    """What a slice or group is called beside its bar; of what is long, the beginning and the end."""
    return f"{_short(column)} = {_short(str(value))}"


def _short(text: str) -> str:
    half = _MOST_LETTERS // 2
    return text if len(text) <= _MOST_LETTERS else f"{text[:half]}…{text[1 - half :]}"


def dots(axes: Axes, x: list[float], found: list[Interval], colour: str, label: str) -> None:
    """Values with their intervals, joined by a line."""
    ends = np.array([[each.value - each.low, each.high - each.value] for each in found]).T.clip(min=0)
    axes.errorbar(x, [each.value for each in found], yerr=ends, fmt="o-", color=colour, capsize=3, label=label)


def interval_bar(axes: Axes, place: int, found: Mapping[str, Any]) -> None:
    """A value with its interval, as bar number `place`; of what is undefined the word."""
    if found["value"] is None:
        axes.text(0.5, place, "undefined", transform=axes.get_yaxis_transform(), va="center", ha="center", fontsize=8)
        return
    if found["low"] is None or found["high"] is None:  # a circle where the value lies, for it alone widens the axis
        axes.plot([found["value"]], [place], "o", markersize=5, markerfacecolor="white", color=BLUE, clip_on=False)
        words, where = f"{found['value']:.3g}, no interval", (found["value"], place)
        axes.annotate(words, where, (0, 5), textcoords="offset points", ha="center", va="bottom", fontsize=7)
        return
    axes.plot([found["low"], found["high"]], [place, place], color=BLUE, linewidth=2, alpha=0.6)
    axes.plot([found["value"]], [place], "o", markersize=5, color=BLUE, clip_on=False)


def histogram(axes: Axes, train: np.ndarray, test: np.ndarray) -> None:
    """The answers for training and for test rows over one another, as shares of the rows."""
    edges = np.histogram_bin_edges(np.concatenate([train, test]), bins=40)
    for score, colour, label in ((train, ORANGE, "train"), (test, BLUE, "test")):
        share = np.full(len(score), 1 / len(score))
        axes.hist(score, bins=edges.tolist(), weights=share, histtype="step", linewidth=1.5, color=colour, label=label)


def places_of_largest(sizes: Sequence[int]) -> list[int]:
    """Which of these to draw, where they are more than can be read: the largest, in their order."""
    return sorted(sorted(range(len(sizes)), key=lambda place: -sizes[place])[:_MOST_LINES])


def shown_of(what: str, drawn: Sized, every: Sized) -> str:
    """A title, which says where not all are drawn."""
    return what if len(drawn) == len(every) else f"{what}, the {len(drawn)} largest of {len(every):,}"
