"""Measures of forecasts that come as quantiles: how far they are off, and how often the truth lies between them.

`y_score` (n, k) holds for each row the quantiles of the `levels`, ascending; 0.5 is one of them, and the forecast that
every other measure reads. `y_true` is (n,), or (n, 6 + 2 k): what `forecasts` has, then the k quantiles of the naive
forecast, and the k of the seasonal naive one.

The interval is that between the outer two quantiles, and `nominal` the share of rows that it is meant to hold. Its
score is what Winkler gives it: the width, and for a row outside how far, over the share of rows that may lie there.

Source: Koenker and Bassett, "Regression quantiles" (1978); Gneiting and Raftery, "Strictly proper scoring rules,
prediction, and estimation" (2007) for the interval score; the guide of M5's uncertainty track for the scaled loss.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from scipy.special import betaincinv

from mlops_validators.answers import MEDIAN, WIDTH, Answers
from mlops_validators.arrays import FORECASTING, Anything, Floats, Integers, divide
from mlops_validators.forecasts import ABSOLUTE, scale_of
from mlops_validators.interval import Interval
from mlops_validators.measures import MEASURES, Function, Measure
from mlops_validators.weighted import Sums, of_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlops_validators.bootstrap import Design
    from mlops_validators.weighted import Kernel


def quantile_measure(name: str, levels: Sequence[float]) -> Measure:
    """A measure of forecasts by quantiles: one of `OF_QUANTILES`, or one of `MEASURES`, which reads their median.

    Args:
        name: of the measure.
        levels: of the quantiles, ascending, within 0 and 1; 0.5 is one of them.

    Raises:
        ValueError: there is no such measure of forecasts, or the levels are none.

    Source: see the module.

    >>> import numpy as np
    >>> truth, score = [10.0, 20.0], [[8, 10, 12], [14, 16, 18]]
    >>> quantile_measure("coverage", [0.1, 0.5, 0.9])(truth, score)
    0.5
    >>> quantile_measure("mean_absolute_error", [0.1, 0.5, 0.9])(truth, score)
    2.0
    """
    known = tuple(map(float, levels))
    if len(known) < 2 or list(known) != sorted(set(known)) or not 0 < known[0] < known[-1] < 1 or MEDIAN not in known:
        raise ValueError(f"levels are {list(known)}; they ascend within 0 and 1, and 0.5 is one of them")
    if name in MEASURES and FORECASTING in MEASURES[name].tasks:
        return replace(MEASURES[name], tasks=(FORECASTING,), levels=known)
    if name not in OF_QUANTILES:
        raise ValueError(f"no measure `{name}` of forecasts by quantiles; there are {', '.join(OF_QUANTILES)}")
    kind = OF_QUANTILES[name]
    kernel = partial(kind.prepare, known)
    ends = kind.low, kind.high, _value_by(kernel, known), kernel
    found = Measure(name, (FORECASTING,), kind.higher_is_better, kind.needs, *ends, levels=known)
    if name == "coverage_error":
        return replace(found, distance=(quantile_measure("coverage", known), nominal(known)))
    return found


def nominal(levels: Sequence[float]) -> float:
    """The share of rows that the interval between the outer two quantiles is meant to hold.

    A coverage that is higher than this is as wrong as one that is lower.

    Source: by definition.

    >>> nominal([0.1, 0.5, 0.9])
    0.8
    """
    return round(levels[-1] - levels[0], 12)


def pinball(levels: Sequence[float], truth: Floats, score: Floats) -> Floats:
    """The pinball loss of each quantile of each row, (n, k), in the unit of the truth (n,); `score` is (n, k).

    Source: see the module.

    >>> pinball([0.1, 0.9], np.array([10.0]), np.array([[8.0, 15.0]])).round(3)
    array([[0.2, 0.5]])
    """
    above = truth[:, None] - score
    return np.maximum(np.asarray(levels) * above, (np.asarray(levels) - 1) * above)


def _value_by(prepare: Callable[[Answers, None], Kernel], levels: tuple[float, ...]) -> Function:
    def measure(truth: Anything, read: Anything, weights: Floats | None) -> float:
        found = prepare(Answers(FORECASTING, truth, read, levels=levels), None)
        return float(found(np.ones((1, len(read))) if weights is None else weights[None])[0])

    return measure


def _mean_pinball(levels: Sequence[float], given: Answers, _: Integers | None) -> Sums:
    return of_mean(_losses(levels, given))


def _scaled_pinball(levels: Sequence[float], given: Answers, _: Integers | None) -> Sums:
    return of_mean(_losses(levels, given) / scale_of(given, ABSOLUTE, "scaled_pinball_loss"))


def _skill(levels: Sequence[float], given: Answers, _: Integers | None) -> Sums:
    """The share of the seasonal naive forecast's pinball loss that the model saves."""
    if given.truth.ndim == 1:
        raise ValueError("skill_pinball is undefined without what was known of each row's series")
    mine, simple = _losses(levels, given), _losses(levels, given, seasonal_quantiles(given.truth))
    if not simple.any():
        raise ValueError("skill_pinball is undefined where the seasonal naive forecast is never wrong")
    return Sums(len(mine), lambda block: [mine[block], simple[block]], lambda sums: 1 - divide(sums[1], sums[2]))


def naive_quantiles(truth: Floats) -> Floats:
    """The quantiles of the naive forecast, (n, k), of a truth (n, 6 + 2 k).

    Source: see the module.

    >>> naive_quantiles(np.arange(10.0)[None])
    array([[6., 7.]])
    """
    return truth[:, WIDTH : (WIDTH + truth.shape[1]) // 2]


def seasonal_quantiles(truth: Floats) -> Floats:
    """The quantiles of the seasonal naive forecast, (n, k), of a truth (n, 6 + 2 k).

    Source: see the module.

    >>> seasonal_quantiles(np.arange(10.0)[None])
    array([[8., 9.]])
    """
    return truth[:, (WIDTH + truth.shape[1]) // 2 :]


def _losses(levels: Sequence[float], given: Answers, score: Floats | None = None) -> Floats:
    """Of each row the mean over its quantiles; each at a time, which takes no matrix of them."""
    told = given.score if score is None else score
    return np.asarray(
        sum(pinball([level], given.actual, told[:, [at]])[:, 0] for at, level in enumerate(levels)) / len(levels)
    )


def _coverage(levels: Sequence[float], given: Answers, _: Integers | None) -> Sums:
    del levels
    return of_mean(inside(given))


def _coverage_error(levels: Sequence[float], given: Answers, _: Integers | None) -> Kernel:
    """No function of sums to the resampling: it has a kink at the nominal share."""
    measured, meant = of_mean(inside(given)), nominal(levels)
    return lambda weights: np.abs(measured(weights) - meant)


def of_groups(value: float, within: Floats, design: Design, confidence: float) -> Interval:
    """The interval of a coverage, by how many groups have a row outside, or where those are fewer, inside.

    That is a binomial share, whose exact interval needs no variance: a row is outside no more often than its group has
    one, and no less often than if that were its only one. So it is wide, and holds where rows depend on each other.

    Args:
        value: the coverage, 0 to 1.
        within: whether each row is, (n,) of 0 and 1.
        design: which rows are of one group; else each is one.
        confidence: level of the interval.

    Source: Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial"
    (1934).

    >>> from mlops_validators.bootstrap import single
    >>> of_groups(1.0, np.ones(100), single(100), 0.95).low.__round__(3)
    0.964
    """
    rare = 1 - within if value >= MEDIAN else within
    group = np.arange(len(within)) if design.cluster is None else design.cluster
    size = np.bincount(group)
    there, groups = int(np.count_nonzero(np.bincount(group, rare))), len(size)
    tail, largest = (1 - confidence) / 2, float(size.max() / size.mean())
    least = float(betaincinv(there, groups - there + 1, tail) / size.max()) if there else 0.0
    most = min(float(betaincinv(there + 1, groups - there, 1 - tail)) * largest, 1.0) if there < groups else 1.0
    low, high = (1 - most, 1 - least) if value >= MEDIAN else (least, most)
    return Interval(value, low, high, "clopper-pearson", confidence)


def inside(given: Answers) -> Floats:
    """Whether each row lies between the outer two quantiles, (n,) of 0 and 1.

    Source: by definition.

    >>> inside(Answers("forecasting", np.array([1.0, 5.0]), np.array([[0, 2, 4], [0, 2, 4.0]]), levels=(0.1, 0.5, 0.9)))
    array([1., 0.])
    """
    return ((given.actual >= given.score[:, 0]) & (given.actual <= given.score[:, -1])).astype(np.float64)


def _interval_score(levels: Sequence[float], given: Answers, _: Integers | None) -> Sums:
    low, high = given.score[:, 0], given.score[:, -1]
    below, above = np.maximum(low - given.actual, 0) / levels[0], np.maximum(given.actual - high, 0) / (1 - levels[-1])
    return of_mean(high - low + below + above)


def _width(levels: Sequence[float], given: Answers, _: Integers | None) -> Sums:
    del levels
    return of_mean(given.score[:, -1] - given.score[:, 0])


class _Kind(NamedTuple):
    prepare: Callable[[Sequence[float], Answers, Integers | None], Kernel]
    needs: Literal["quantiles", "all"] = "quantiles"
    higher_is_better: bool = False
    low: float = 0.0
    high: float = inf


OF_QUANTILES: dict[str, _Kind] = {
    "mean_pinball_loss": _Kind(_mean_pinball),
    "scaled_pinball_loss": _Kind(_scaled_pinball, "all"),
    "skill_pinball": _Kind(_skill, "all", True, -inf, 1),
    "coverage": _Kind(_coverage, higher_is_better=True, high=1),
    "coverage_error": _Kind(_coverage_error, high=1),
    "mean_interval_score": _Kind(_interval_score),
    "mean_interval_width": _Kind(_width),
}
"""The measures by name."""
