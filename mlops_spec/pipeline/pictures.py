"""The pictures of an evaluation, as PNG: curves with their bands, slices, groups, train against test."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from sklearn.metrics import roc_curve

from mlops_spec.pipeline.answers import slices
from mlops_spec.pipeline.bands import rates, roc_band, shares
from mlops_spec.pipeline.measured import options
from mlops_spec.pipeline.origins import known_until
from mlops_spec.pipeline.steps import keys_of
from mlops_spec.spec.gates.metric import MetricGate
from mlops_spec.spec.gates.slices import SliceGate
from mlops_spec.spec.tasks import TASKS
from mlops_spec.system.files import make_folder
from mlops_validators import interval, ranking_measure
from mlops_validators.forecasts import SEASONAL, SERIES
from mlops_validators.ranking import query_values, ranked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence, Sized
    from pathlib import Path

    import pandas as pd
    from matplotlib.axes import Axes

    from mlops_spec.pipeline.answers import Answers
    from mlops_spec.spec import Spec
    from mlops_validators import Interval

_BLUE, _ORANGE, _GREY = "#0072b2", "#d55e00", "#999999"  # of Okabe and Ito: told apart by the colour-blind too
_INCHES, _DPI = 4.8, 110
_BINS = 10
_MOST_POINTS = 2000
_RANKS = (1, 2, 3, 5, 10, 20)
_MOST_PANELS = 9  # of targets
_MOST_SERIES = 4  # of forecasts
_MOST_LINES = 60  # of slices, or groups: more can't be read


@dataclass(frozen=True)
class Shown:
    """What is drawn: `train_score` are answers for training rows, `evaluation` is what `evaluation.json` holds."""

    spec: Spec
    test: pd.DataFrame
    answers: Answers
    train_score: np.ndarray
    evaluation: Mapping[str, Any]

    @property
    def confidence(self) -> float:
        """Of every interval that is drawn."""
        return self.spec.evaluate.confidence


def draw_pictures(folder: Path, shown: Shown) -> None:
    """Writes `<picture>.png` for each picture of the task; the same evaluation gives the same bytes."""
    make_folder(folder)
    for name, figure in _pictures(shown):
        FigureCanvasAgg(figure)
        figure.savefig(folder / f"{name}.png", dpi=_DPI, metadata={"Software": None})


def _pictures(shown: Shown) -> Iterator[tuple[str, Figure]]:
    task = TASKS[shown.spec.task]
    yield from ((name, _OF_ANSWERS[name](shown)) for name in task.pictures)
    if shown.evaluation["slices"]:
        yield "slices", _measure_by_slice(shown)
    if task.has("fairness") and shown.spec.data.protected:
        yield "groups", _rates_by_group(shown)
    if task.answer.numbers:
        yield "scores", _score_histograms(shown)


def _roc(shown: Shown) -> Figure:
    figure, axes = _unit_square("false positive rate", "true positive rate")
    false, true, _ = roc_curve(shown.answers.truth, shown.answers.score)
    band = roc_band(shown.answers, confidence=shown.confidence, seed=shown.spec.train.seed)
    axes.fill_between(band.x, band.low, band.high, color=_BLUE, alpha=0.25, linewidth=0, label=_level(shown))
    axes.plot(false, true, color=_BLUE, label=_named(shown, "roc_auc", "model"))
    axes.legend(loc="lower right", frameon=False)
    return _titled(figure, axes, "ROC")


def _calibration(shown: Shown) -> Figure:
    figure, axes = _unit_square("predicted probability", "observed share")
    probability, hit = _of_top_label(shown.answers)
    parts = [part for part in np.array_split(np.argsort(probability, kind="stable"), _BINS) if len(part)]
    found = [shares(hit[part], shown.confidence) for part in parts]
    _dots(axes, [float(probability[part].mean()) for part in parts], found, _BLUE, _level(shown))
    axes.legend(loc="upper left", frameon=False)
    return _titled(figure, axes, f"Calibration, {len(parts)} bins of equally many rows")


def _rates_by_label(shown: Shown) -> Figure:
    names, threshold = shown.spec.data.targets, shown.spec.evaluate.threshold
    truth, told = shown.answers.truth == 1, shown.answers.score >= threshold
    counts = truth.sum(axis=0).tolist()
    drawn = _places_of_largest(counts)
    figure = Figure(figsize=(1.7 * _INCHES, 1.3 + 0.3 * len(drawn)), layout="constrained")
    panels = figure.subplots(1, 2, sharey=True)
    for axes, what, of, hit in ((panels[0], "precision", told, truth), (panels[1], "recall", truth, told)):
        for place, label in enumerate(drawn):
            if of[:, label].any():
                _interval_bar(axes, place, vars(shares(hit[of[:, label], label], shown.confidence)))
        axes.set(xlabel=what, xlim=(-0.02, 1.02))
        axes.grid(axis="x", alpha=0.3)
    panels[0].set_yticks(range(len(drawn)), [f"{names[label]}  ({counts[label]:,})" for label in drawn], fontsize=8)
    panels[0].set_ylim(len(drawn) - 0.5, -0.5)
    told_by = f"a row has a label from {threshold:g} on, {_level(shown)}"
    figure.suptitle(f"{_shown_of('Labels', drawn, names)} (rows that have them), {told_by}", fontsize=10)
    return figure


def _predicted_actual(shown: Shown) -> Figure:
    figure, panels = _panels(shown, "predicted", "actual")
    for axes, answers in panels:
        predicted, actual = answers.score, answers.actual
        some = np.linspace(0, len(actual) - 1, min(len(actual), _MOST_POINTS)).round().astype(int)
        axes.scatter(predicted[some], actual[some], s=8, color=_BLUE, alpha=0.35, linewidth=0, label="test rows")
        ends = [min(predicted.min(), actual.min()), max(predicted.max(), actual.max())]
        axes.plot(ends, ends, color=_GREY, linewidth=1)
        parts = np.array_split(np.argsort(predicted, kind="stable"), min(_BINS, len(predicted)))
        means = np.array([[predicted[part].mean(), actual[part].mean()] for part in parts])
        axes.plot(means[:, 0], means[:, 1], "o-", color=_ORANGE, label=f"means of {len(parts)} bins")
    panels[0][0].legend(loc="upper left", frameon=False)
    return _titled_panels(figure, shown, panels, "Predicted and actual")


def _by_query(shown: Shown) -> Figure:
    figure = Figure(figsize=(1.7 * _INCHES, 0.9 * _INCHES), layout="constrained")
    along, spread = figure.subplots(1, 2)
    answers = shown.answers
    given = ranked(answers.truth, answers.score, answers.groups)
    found = [
        interval(
            ranking_measure("ndcg_at_k", k), answers.truth, answers.score, groups=answers.groups, **options(shown.spec)
        )
        for k in _RANKS
    ]
    _dots(along, list(_RANKS), found, _BLUE, _level(shown))
    along.set(xlabel="k: first rows of each query", ylabel="NDCG at k", ylim=(-0.02, 1.02))
    along.legend(loc="lower right", frameon=False)
    each = query_values("ndcg", given)
    spread.hist(each, bins=np.linspace(0, 1, 21).tolist(), color=_BLUE, alpha=0.7)
    spread.axvline(each.mean(), color=_ORANGE, label=f"mean {each.mean():.3f}")
    spread.set(xlabel="NDCG of a query", ylabel="queries")
    spread.yaxis.get_major_locator().set_params(integer=True)
    spread.legend(loc="upper left", frameon=False)
    for axes in (along, spread):
        axes.grid(alpha=0.3)
    figure.suptitle(f"Order within {len(each):,} queries that have a relevant row", fontsize=11)
    return figure


def _panels(shown: Shown, across: str, up: str) -> tuple[Figure, list[tuple[Axes, Answers]]]:
    """A panel for each of the first targets, side by side, or one."""
    if (point := shown.answers.point).score.ndim == 1:
        figure, axes = _one(across, up)
        return figure, [(axes, point)]
    each = shown.answers.by_target[:_MOST_PANELS]
    columns = min(len(each), 3)
    rows = -(-len(each) // columns)
    figure = Figure(figsize=(0.8 * _INCHES * columns, 0.8 * _INCHES * rows), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, name in zip(grid, shown.spec.data.targets, strict=False):
        axes.set(xlabel=across, ylabel=up)
        axes.set_title(name, fontsize=9)
        axes.grid(alpha=0.3)
    for spare in grid[len(each) :]:
        spare.set_visible(False)
    return figure, list(zip(grid, each, strict=False))


def _titled_panels(figure: Figure, shown: Shown, panels: Sequence[tuple[Axes, Answers]], title: str) -> Figure:
    if len(panels) == 1:
        return _titled(figure, panels[0][0], title)
    names = shown.spec.data.targets
    of = "" if len(panels) == len(names) else f", the first {len(panels)} of {len(names):,} targets"
    figure.suptitle(f"{title}{of}", fontsize=11)
    return figure


def _forecast(shown: Shown) -> Figure:
    """The tested time of a few series: what came, what was forecast, and what the season before would have said."""
    data, answers = shown.spec.data, shown.answers
    steps = keys_of(data, shown.test)[1]
    codes = answers.truth[:, SERIES]
    drawn = np.unique(codes)[
        np.linspace(0, len(np.unique(codes)) - 1, min(len(np.unique(codes)), _MOST_SERIES)).astype(int)
    ]
    figure = Figure(figsize=(1.7 * _INCHES, 0.6 + 1.7 * len(drawn)), layout="constrained")
    origins = np.unique(known_until(data, steps)) - int(steps.min())
    for axes, code in zip(figure.subplots(len(drawn), 1, sharex=True, squeeze=False)[:, 0], drawn, strict=True):
        rows = np.flatnonzero(codes == code)
        rows = rows[np.argsort(steps[rows])]
        place = steps[rows] - int(steps.min()) + 1
        axes.vlines(origins + 1, 0, 1, transform=axes.get_xaxis_transform(), color=_GREY, linewidth=0.5, alpha=0.4)
        axes.plot(place, answers.truth[rows, SEASONAL], color=_ORANGE, linewidth=0.8, label="seasonal naive")
        axes.plot(place, answers.actual[rows], color="black", linewidth=1, label="actual")
        for low, high, label in _fans(answers):
            axes.fill_between(place, low[rows], high[rows], color=_BLUE, alpha=0.18, linewidth=0, label=label)
        axes.plot(place, answers.point.score[rows], color=_BLUE, linewidth=1.2, label="forecast")
        axes.set(ylabel=data.targets[0] if data.series is None else str(shown.test[data.series].iloc[rows[0]]))
        axes.grid(alpha=0.3)
    axes.set(xlabel=f"steps of {data.frequency} from the first origin on; a line at each origin")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=5, frameon=False)
    return figure


def _fans(answers: Answers) -> Iterator[tuple[np.ndarray, np.ndarray, str]]:
    """The intervals between pairs of quantiles, from the outer one in, which lie over one another."""
    for place in range(len(answers.levels) // 2):
        low, high = answers.levels[place], answers.levels[-1 - place]
        yield answers.score[:, place], answers.score[:, -1 - place], f"{low:g} to {high:g}"


def _measure_by_slice(shown: Shown) -> Figure:
    metric = _judged(shown)
    whole = shown.evaluation["measures"][metric]
    every = [
        (f"{column} = {value}  ({part['rows']:,})", part["rows"], part["measures"][metric])
        for column, values in shown.evaluation["slices"].items()
        for value, part in values.items()
    ]
    rows = [every[place] for place in _places_of_largest([count for _, count, _ in every])]
    figure = Figure(figsize=(1.5 * _INCHES, 1.3 + 0.26 * len(rows)), layout="constrained")
    axes = figure.add_subplot(xlabel=f"{metric}, {_level(shown)}")
    if whole["low"] is not None and whole["high"] is not None:
        axes.axvspan(whole["low"], whole["high"], color=_GREY, alpha=0.25, linewidth=0)
    axes.margins(x=0.1)  # words beside the outermost value have room
    for place, (_, _, found) in enumerate(rows):
        _interval_bar(axes, place, found)
    axes.set_yticks(range(len(rows)), [name for name, _, _ in rows], fontsize=8)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    return _titled(figure, axes, f"{_shown_of('Slices', rows, every)} (rows); grey: all test rows")


def _places_of_largest(sizes: Sequence[int]) -> list[int]:
    return sorted(sorted(range(len(sizes)), key=lambda place: -sizes[place])[:_MOST_LINES])


def _shown_of(what: str, drawn: Sized, every: Sized) -> str:
    return what if len(drawn) == len(every) else f"{what}, the {len(drawn)} largest of {len(every):,}"


def _judged(shown: Shown) -> str:
    sliced = [gate.metric for gate in shown.spec.gates if isinstance(gate, SliceGate)]
    named = [*sliced, *(gate.metric for gate in shown.spec.gates if isinstance(gate, MetricGate))]
    measured: list[str] = list(shown.evaluation["measures"])
    return next(name for name in (*named, *measured) if name in measured)


def _interval_bar(axes: Axes, place: int, found: Mapping[str, Any]) -> None:
    if found["value"] is None:
        axes.text(0.5, place, "undefined", transform=axes.get_yaxis_transform(), va="center", ha="center", fontsize=8)
        return
    if found["low"] is None or found["high"] is None:  # a circle where the value lies, for it alone widens the axis
        axes.plot([found["value"]], [place], "o", markersize=5, markerfacecolor="white", color=_BLUE, clip_on=False)
        words, where = f"{found['value']:.3g}, no interval", (found["value"], place)
        axes.annotate(words, where, (0, 5), textcoords="offset points", ha="center", va="bottom", fontsize=7)
        return
    axes.plot([found["low"], found["high"]], [place, place], color=_BLUE, linewidth=2, alpha=0.6)
    axes.plot([found["value"]], [place], "o", markersize=5, color=_BLUE, clip_on=False)


def _rates_by_group(shown: Shown) -> Figure:
    spec = shown.spec
    found = {
        column: rates(shown.answers, shown.test[column], spec.evaluate.threshold, shown.confidence)
        for column in spec.data.protected
    }
    names = list(next(iter(found.values())))
    every = [(column, group, len(rows)) for column in found for group, rows in slices(shown.test[column]).items()]
    drawn = [every[place] for place in _places_of_largest([count for _, _, count in every])]
    figure = Figure(figsize=(2.1 * _INCHES, 1.3 + 0.3 * len(drawn)), layout="constrained")
    panels = figure.subplots(1, len(names), sharey=True)
    for axes, rate in zip(panels, names, strict=True):
        for place, (column, group, _) in enumerate(drawn):
            if interval := found[column][rate].get(group):
                _interval_bar(axes, place, vars(interval))
        axes.set(xlabel=rate)
        axes.set_xlim(left=0)
        axes.grid(axis="x", alpha=0.3)
    panels[0].set_yticks(range(len(drawn)), [f"{column} = {group}" for column, group, _ in drawn], fontsize=8)
    panels[0].set_ylim(len(drawn) - 0.5, -0.5)
    told = f"answers from {spec.evaluate.threshold:g} on are positive, {_level(shown)}"
    figure.suptitle(f"{_shown_of('Groups', drawn, every)}, {told}", fontsize=10)
    return figure


def _score_histograms(shown: Shown) -> Figure:
    name = "probability" if TASKS[shown.spec.task].answer.probabilities else "value"
    if shown.answers.truth.dtype.kind == "f":
        figure, panels = _panels(shown, f"predicted {name}", "share of the rows")
        trained = replace(shown.answers, score=shown.train_score).point.score.reshape(len(shown.train_score), -1).T
        pairs = [(axes, train, answers.score) for (axes, answers), train in zip(panels, trained, strict=False)]
        for each in pairs:
            _histogram(*each)
        panels[0][0].legend(loc="upper right", frameon=False)
        return _titled_panels(figure, shown, panels, "Answers on train and test rows")
    several = shown.answers.score.ndim == 2
    figure, axes = _one(f"highest {name}" if several else f"predicted {name}", "share of the rows")
    _histogram(axes, *(each.max(axis=1) if several else each for each in (shown.train_score, shown.answers.score)))
    axes.legend(loc="upper right", frameon=False)
    return _titled(figure, axes, "Answers on train and test rows")


def _histogram(axes: Axes, train: np.ndarray, test: np.ndarray) -> None:
    edges = np.histogram_bin_edges(np.concatenate([train, test]), bins=40)
    for score, colour, label in ((train, _ORANGE, "train"), (test, _BLUE, "test")):
        share = np.full(len(score), 1 / len(score))
        axes.hist(score, bins=edges.tolist(), weights=share, histtype="step", linewidth=1.5, color=colour, label=label)


def _of_top_label(answers: Answers) -> tuple[np.ndarray, np.ndarray]:
    if answers.score.ndim == 1:
        return answers.score, answers.truth == 1
    return answers.score.max(axis=1), answers.score.argmax(axis=1) == answers.truth


def _dots(axes: Axes, x: list[float], found: list[Interval], colour: str, label: str) -> None:
    ends = np.array([[each.value - each.low, each.high - each.value] for each in found]).T.clip(min=0)
    axes.errorbar(x, [each.value for each in found], yerr=ends, fmt="o-", color=colour, capsize=3, label=label)


def _one(across: str, up: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(_INCHES, _INCHES), layout="constrained")
    axes = figure.add_subplot(xlabel=across, ylabel=up)
    axes.grid(alpha=0.3)
    return figure, axes


def _unit_square(across: str, up: str) -> tuple[Figure, Axes]:
    figure, axes = _one(across, up)
    axes.plot([0, 1], [0, 1], color=_GREY, linewidth=1)
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
    return figure, axes


def _titled(figure: Figure, axes: Axes, title: str) -> Figure:
    axes.set_title(title, fontsize=11)
    return figure


def _level(shown: Shown) -> str:
    return f"{shown.confidence:.0%} interval"


def _named(shown: Shown, metric: str, otherwise: str) -> str:
    found = shown.evaluation["measures"].get(metric)
    return f"{metric} {found['value']:.3f}" if found and found["value"] is not None else otherwise


_OF_ANSWERS: dict[str, Callable[[Shown], Figure]] = {
    "roc": _roc,
    "calibration": _calibration,
    "predicted_actual": _predicted_actual,
    "labels": _rates_by_label,
    "forecast": _forecast,
    "queries": _by_query,
}
