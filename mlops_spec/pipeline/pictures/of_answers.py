"""Pictures of the answers on the test rows, as a task asks for them: curves with their bands, forecasts, queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import roc_curve

from mlops_spec.pipeline.bands import roc_band, shares
from mlops_spec.pipeline.measured import options
from mlops_spec.pipeline.origins import known_until
from mlops_spec.pipeline.pictures.drawing import (
    BLUE,
    GREY,
    INCHES,
    ORANGE,
    dots,
    interval_bar,
    places_of_largest,
    shown_of,
    titled,
    unit_square,
)
from mlops_spec.pipeline.pictures.panels import panels_of, titled_panels
from mlops_spec.pipeline.steps import keys_of
from mlops_validators import interval, ranking_measure
from mlops_validators.forecasts import SEASONAL, SERIES
from mlops_validators.ranking import query_values, ranked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlops_spec.pipeline.answers import Answers
    from mlops_spec.pipeline.pictures.shown import Shown

_BINS = 10
_MOST_POINTS = 2000
_RANKS = (1, 2, 3, 5, 10, 20)
_MOST_SERIES = 4  # of forecasts


def _roc(shown: Shown) -> Figure:
    figure, axes = unit_square("false positive rate", "true positive rate")
    false, true, _ = roc_curve(shown.answers.truth, shown.answers.score)
    band = roc_band(shown.answers, confidence=shown.confidence, seed=shown.spec.train.seed)
    axes.fill_between(band.x, band.low, band.high, color=BLUE, alpha=0.25, linewidth=0, label=shown.level)
    axes.plot(false, true, color=BLUE, label=_named(shown, "roc_auc", "model"))
    axes.legend(loc="lower right", frameon=False)
    return titled(figure, axes, "ROC")


def _calibration(shown: Shown) -> Figure:
    figure, axes = unit_square("predicted probability", "observed share")
    probability, hit = _of_top_label(shown.answers)
    parts = [part for part in np.array_split(np.argsort(probability, kind="stable"), _BINS) if len(part)]
    found = [shares(hit[part], shown.confidence) for part in parts]
    dots(axes, [float(probability[part].mean()) for part in parts], found, BLUE, shown.level)
    axes.legend(loc="upper left", frameon=False)
    return titled(figure, axes, f"Calibration, {len(parts)} bins of equally many rows")


def _rates_by_label(shown: Shown) -> Figure:
    names, threshold = shown.spec.data.targets, shown.spec.evaluate.threshold
    truth, told = shown.answers.truth == 1, shown.answers.score >= threshold
    counts = truth.sum(axis=0).tolist()
    drawn = places_of_largest(counts)
    figure = Figure(figsize=(1.7 * INCHES, 1.3 + 0.3 * len(drawn)), layout="constrained")
    panels = figure.subplots(1, 2, sharey=True)
    for axes, what, of, hit in ((panels[0], "precision", told, truth), (panels[1], "recall", truth, told)):
        for place, label in enumerate(drawn):
            if of[:, label].any():
                interval_bar(axes, place, vars(shares(hit[of[:, label], label], shown.confidence)))
        axes.set(xlabel=what, xlim=(-0.02, 1.02))
        axes.grid(axis="x", alpha=0.3)
    panels[0].set_yticks(range(len(drawn)), [f"{names[label]}  ({counts[label]:,})" for label in drawn], fontsize=8)
    panels[0].set_ylim(len(drawn) - 0.5, -0.5)
    told_by = f"a row has a label from {threshold:g} on, {shown.level}"
    figure.suptitle(f"{shown_of('Labels', drawn, names)} (rows that have them), {told_by}", fontsize=10)
    return figure


def _predicted_actual(shown: Shown) -> Figure:
    figure, panels = panels_of(shown, "predicted", "actual")
    for axes, answers in panels:
        predicted, actual = answers.score, answers.actual
        some = np.linspace(0, len(actual) - 1, min(len(actual), _MOST_POINTS)).round().astype(int)
        axes.scatter(predicted[some], actual[some], s=8, color=BLUE, alpha=0.35, linewidth=0, label="test rows")
        ends = [min(predicted.min(), actual.min()), max(predicted.max(), actual.max())]
        axes.plot(ends, ends, color=GREY, linewidth=1)
        parts = np.array_split(np.argsort(predicted, kind="stable"), min(_BINS, len(predicted)))
        means = np.array([[predicted[part].mean(), actual[part].mean()] for part in parts])
        axes.plot(means[:, 0], means[:, 1], "o-", color=ORANGE, label=f"means of {len(parts)} bins")
    panels[0][0].legend(loc="upper left", frameon=False)
    return titled_panels(figure, shown, panels, "Predicted and actual")


def _by_query(shown: Shown) -> Figure:
    figure = Figure(figsize=(1.7 * INCHES, 0.9 * INCHES), layout="constrained")
    along, spread = figure.subplots(1, 2)
    answers = shown.answers
    given = ranked(answers.truth, answers.score, answers.groups)
    found = [
        interval(
            ranking_measure("ndcg_at_k", k), answers.truth, answers.score, groups=answers.groups, **options(shown.spec)
        )
        for k in _RANKS
    ]
    dots(along, list(_RANKS), found, BLUE, shown.level)
    along.set(xlabel="k: first rows of each query", ylabel="NDCG at k", ylim=(-0.02, 1.02))
    along.legend(loc="lower right", frameon=False)
    each = query_values("ndcg", given)
    spread.hist(each, bins=np.linspace(0, 1, 21).tolist(), color=BLUE, alpha=0.7)
    spread.axvline(each.mean(), color=ORANGE, label=f"mean {each.mean():.3f}")
    spread.set(xlabel="NDCG of a query", ylabel="queries")
    spread.yaxis.get_major_locator().set_params(integer=True)
    spread.legend(loc="upper left", frameon=False)
    for axes in (along, spread):
        axes.grid(alpha=0.3)
    figure.suptitle(f"Order within {len(each):,} queries that have a relevant row", fontsize=11)
    return figure


def _forecast(shown: Shown) -> Figure:
    """The tested time of a few series: what came, what was forecast, and what the season before would have said."""
    data, answers = shown.spec.data, shown.answers
    steps = keys_of(data, shown.test)[1]
    codes = answers.truth[:, SERIES]
    drawn = np.unique(codes)[
        np.linspace(0, len(np.unique(codes)) - 1, min(len(np.unique(codes)), _MOST_SERIES)).astype(int)
    ]
    figure = Figure(figsize=(1.7 * INCHES, 0.6 + 1.7 * len(drawn)), layout="constrained")
    origins = np.unique(known_until(data, steps)) - int(steps.min())
    for axes, code in zip(figure.subplots(len(drawn), 1, sharex=True, squeeze=False)[:, 0], drawn, strict=True):
        rows = np.flatnonzero(codes == code)
        rows = rows[np.argsort(steps[rows])]
        place = steps[rows] - int(steps.min()) + 1
        axes.vlines(origins + 1, 0, 1, transform=axes.get_xaxis_transform(), color=GREY, linewidth=0.5, alpha=0.4)
        axes.plot(place, answers.truth[rows, SEASONAL], color=ORANGE, linewidth=0.8, label="seasonal naive")
        axes.plot(place, answers.actual[rows], color="black", linewidth=1, label="actual")
        for low, high, label in _fans(answers):
            axes.fill_between(place, low[rows], high[rows], color=BLUE, alpha=0.18, linewidth=0, label=label)
        axes.plot(place, answers.point.score[rows], color=BLUE, linewidth=1.2, label="forecast")
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


def _of_top_label(answers: Answers) -> tuple[np.ndarray, np.ndarray]:
    if answers.score.ndim == 1:
        return answers.score, answers.truth == 1
    return answers.score.max(axis=1), answers.score.argmax(axis=1) == answers.truth


def _named(shown: Shown, metric: str, otherwise: str) -> str:
    found = shown.evaluation["measures"].get(metric)
    return f"{metric} {found['value']:.3f}" if found and found["value"] is not None else otherwise


OF_ANSWERS: dict[str, Callable[[Shown], Figure]] = {
    "roc": _roc,
    "calibration": _calibration,
    "predicted_actual": _predicted_actual,
    "labels": _rates_by_label,
    "forecast": _forecast,
    "queries": _by_query,
}
