"""Pictures of parts of the rows: slices, groups, training rows beside test rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from mlops_spec.pipeline.answers import slices
from mlops_spec.pipeline.bands import rates
from mlops_spec.pipeline.pictures.drawing import (
    GREY,
    INCHES,
    histogram,
    interval_bar,
    line_of,
    one_plot,
    places_of_largest,
    shown_of,
    titled,
)
from mlops_spec.pipeline.pictures.panels import panels_of, titled_panels
from mlops_spec.spec.gates.metric import MetricGate
from mlops_spec.spec.gates.slices import SliceGate
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from mlops_spec.pipeline.pictures.shown import Shown


def measure_by_slice(shown: Shown) -> Figure:
    """The measure that gates judge, on each slice."""
    metric = _judged(shown)
    whole = shown.evaluation["measures"][metric]
    every = [
        (f"{line_of(column, value)}  ({part['rows']:,})", part["rows"], part["measures"][metric])
        for column, values in shown.evaluation["slices"].items()
        for value, part in values.items()
    ]
    rows = [every[place] for place in places_of_largest([count for _, count, _ in every])]
    figure = Figure(figsize=(1.5 * INCHES, 1.3 + 0.26 * len(rows)), layout="constrained")
    axes = figure.add_subplot(xlabel=f"{metric}, {shown.level}")
    if whole["low"] is not None and whole["high"] is not None:
        axes.axvspan(whole["low"], whole["high"], color=GREY, alpha=0.25, linewidth=0)
    axes.margins(x=0.1)  # words beside the outermost value have room
    for place, (_, _, found) in enumerate(rows):
        interval_bar(axes, place, found)
    axes.set_yticks(range(len(rows)), [name for name, _, _ in rows], fontsize=8)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    figure.suptitle(f"{shown_of('Slices', rows, every)} (rows); grey: all test rows", fontsize=11)
    return figure


def _judged(shown: Shown) -> str:
    sliced = [gate.metric for gate in shown.spec.gates if isinstance(gate, SliceGate)]
    named = [*sliced, *(gate.metric for gate in shown.spec.gates if isinstance(gate, MetricGate))]
    measured: list[str] = list(shown.evaluation["measures"])
    return next(name for name in (*named, *measured) if name in measured)


def rates_by_group(shown: Shown) -> Figure:
    """The rates of each group that a protected column names."""
    spec = shown.spec
    found = {
        column: rates(shown.answers, shown.test[column], spec.evaluate.threshold, shown.confidence)
        for column in spec.data.protected
    }
    names = list(next(iter(found.values())))
    every = [(column, group, len(rows)) for column in found for group, rows in slices(shown.test[column]).items()]
    drawn = [every[place] for place in places_of_largest([count for _, _, count in every])]
    figure = Figure(figsize=(2.1 * INCHES, 1.3 + 0.3 * len(drawn)), layout="constrained")
    panels = figure.subplots(1, len(names), sharey=True)
    for axes, rate in zip(panels, names, strict=True):
        for place, (column, group, _) in enumerate(drawn):
            if interval := found[column][rate].get(group):
                interval_bar(axes, place, vars(interval))
        axes.set(xlabel=rate)
        axes.set_xlim(left=0)
        axes.grid(axis="x", alpha=0.3)
    panels[0].set_yticks(range(len(drawn)), [line_of(column, group) for column, group, _ in drawn], fontsize=8)
    panels[0].set_ylim(len(drawn) - 0.5, -0.5)
    told = f"answers from {spec.evaluate.threshold:g} on are positive, {shown.level}"
    figure.suptitle(f"{shown_of('Groups', drawn, every)}, {told}", fontsize=10)
    return figure


def score_histograms(shown: Shown) -> Figure:
    """The answers for training rows beside those for test rows."""
    name = "probability" if TASKS[shown.spec.task].answer.probabilities else "value"
    if shown.answers.truth.dtype.kind == "f":
        figure, panels = panels_of(shown, f"predicted {name}", "share of the rows")
        trained = replace(shown.answers, score=shown.train_score).point.score.reshape(len(shown.train_score), -1).T
        pairs = [(axes, train, answers.score) for (axes, answers), train in zip(panels, trained, strict=False)]
        for each in pairs:
            histogram(*each)
        panels[0][0].legend(loc="upper right", frameon=False)
        return titled_panels(figure, shown, panels, "Answers on train and test rows")
    several = shown.answers.score.ndim == 2
    figure, axes = one_plot(f"highest {name}" if several else f"predicted {name}", "share of the rows")
    histogram(axes, *(each.max(axis=1) if several else each for each in (shown.train_score, shown.answers.score)))
    axes.legend(loc="upper right", frameon=False)
    return titled(figure, axes, "Answers on train and test rows")
