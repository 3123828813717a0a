"""The interval that fits a measure: Wilson for rates, DeLong for the area, BCa bootstrap for everything else.

A measure keeps its direction and its unit: for `roc_auc` higher is better, for an error lower. Source: of each method
the module that computes it (`wilson`, `delong`, `bootstrap`, `calibration`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from math import isfinite
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.special import ndtri, stdtrit

from mlops_validators.answers import Answers, answers, decide
from mlops_validators.arrays import Anything, confidence_level
from mlops_validators.bootstrap import Design, acceleration, bca, jackknife, joint_replicates, percentile
from mlops_validators.calibration import calibration_difference, calibration_gaps, calibration_interval
from mlops_validators.carriers import carriers, doubt_of
from mlops_validators.closed_form import WITHOUT_RESAMPLING
from mlops_validators.delong import auc_difference
from mlops_validators.designs import design_of, merged_rows
from mlops_validators.dirichlet import cell_interval
from mlops_validators.informing import informed
from mlops_validators.interval import Interval, unknown
from mlops_validators.kernels import kernel
from mlops_validators.measures import MEASURES, Measure
from mlops_validators.outcomes import top_label
from mlops_validators.studentized import Units, studentized_interval
from mlops_validators.weighted import FEW_CLASSES, Sums, less

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike

    from mlops_validators.arrays import Floats, Integers
    from mlops_validators.weighted import Kernel

Method = Literal["auto", "bca", "percentile"]
TOGETHER = 100_000  # rows times measures that are resampled together: what each has prepared takes 16 bytes a row


@dataclass(frozen=True)
class _Request:
    """What was asked of the interval, past the arrays."""

    confidence: float
    resamples: int
    seed: int
    threshold: float
    method: Method


@dataclass(frozen=True)
class _Rows:
    """The arrays as they were given."""

    truth: ArrayLike
    score: ArrayLike
    groups: ArrayLike | None
    strata: ArrayLike | None
    weights: ArrayLike | None

    @cached_property
    def design(self) -> Design:
        """Of arrays that were checked."""
        return design_of(len(np.asarray(self.truth)), self.groups, self.strata, self.weights)


@dataclass(frozen=True)
class _Resampling:
    """An interval that waits for its replicates."""

    kernel: Kernel
    design: Design
    interval: Callable[[Floats], Interval]


def interval(  # noqa: PLR0913  arrays, then keyword options, as scikit-learn has it
    measure: str | Measure,
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    confidence: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
    threshold: float = 0.5,
    groups: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    method: Method = "auto",
) -> Interval:
    """A measure of `MEASURES` with its two-sided confidence interval.

    Args:
        measure: a key of `MEASURES`, or a measure of your own (`custom_measure`).
        y_true: shape (n,).
        y_score: what the predictor gives: (n,) or (n, k).
        confidence: level of the interval.
        resamples: of the bootstrap, at least 100; the other methods need none.
        seed: of the bootstrap; the same seed gives the same interval.
        threshold: the score from which the answer of a binary task is 1.
        groups: (n,); rows of one group (a customer, a day) depend on each other and are resampled together.
        strata: (n,); the rows were drawn so many from each stratum, and are resampled so.
        weights: (n,); what each row counts in the measure, above 0.
        method: `auto` is the one that fits (see the module), of rows that are not drawn singly BCa.

    Raises:
        ValueError: an array is malformed, or the measure is undefined on these rows.

    >>> interval("accuracy", [0, 1, 1, 0], [0.1, 0.9, 0.2, 0.3]).method
    'wilson'
    """
    asked = _Request(confidence_level(confidence), resamples, seed, threshold, method)
    [found] = _intervals([measure], _Rows(y_true, y_score, groups, strata, weights), asked)
    if isinstance(found, ValueError):
        raise found
    return found


def intervals(  # noqa: PLR0913
    measures: Sequence[str | Measure],
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    confidence: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
    threshold: float = 0.5,
    groups: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    method: Method = "auto",
) -> list[Interval | ValueError]:
    """Several measures of the same rows, each with the interval that `interval` gives it, or the error that it raises.

    Arguments as `interval`. Resamples are drawn once for as many measures as 100,000 rows times measures allow, so that
    what these have prepared takes no memory that grows with the rows.

    Raises:
        ValueError: the confidence is not between 0 and 1, or there are fewer than 100 resamples.

    >>> found, error = intervals(["r2", "mean_absolute_percentage_error"], [0, 1, 2], [0, 1, 1])
    >>> found.value, str(error)
    (0.5, 'mean_absolute_percentage_error is undefined where `y_true` is 0')
    """
    asked = _Request(confidence_level(confidence), resamples, seed, threshold, method)
    return _intervals(measures, _Rows(y_true, y_score, groups, strata, weights), asked)


def paired_difference(  # noqa: PLR0913
    measure: str | Measure,
    y_true: ArrayLike,
    candidate: ArrayLike,
    champion: ArrayLike,
    *,
    confidence: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
    threshold: float = 0.5,
    groups: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    method: Method = "auto",
) -> Interval:
    """The candidate's measure less the champion's, on the same rows; arguments as `interval`.

    Both are resampled with the same weights, so what rows have in common cancels; `auto` is DeLong's paired
    variance for roc_auc. Of two models with equal scores on every row all of it is 0.

    Raises:
        ValueError: an array is malformed, the models' answers differ in shape, or the measure is undefined.

    >>> y = [0, 0, 1, 1]
    >>> paired_difference("roc_auc", y, [0.1, 0.2, 0.3, 0.4], [0.1, 0.4, 0.35, 0.8]).value
    0.25
    """
    measure, asked = named(measure), _Request(confidence_level(confidence), resamples, seed, threshold, method)
    one, two = (answers(y_true, each, measure.tasks, measure.name) for each in (candidate, champion))
    if one.score.shape != two.score.shape:
        raise ValueError(f"candidate has shape {one.score.shape}, champion {two.score.shape}")
    design = design_of(len(one.truth), groups, strata, weights)
    if np.array_equal(one.score, two.score):
        _value(measure, *_single(measure, one, threshold, design))  # raises where it is undefined
        found = Interval(0.0, 0.0, 0.0, "exact", confidence)
    elif method == "auto" and strata is None and measure.name == "roc_auc":
        found = auc_difference(
            one.truth == 1, one.score, two.score, confidence, cluster=design.cluster, weight=design.weight
        )
    else:
        [found] = _drawn([_paired(measure, (one, two), design, asked)], asked)
    return informed(found, measure, (one, two), threshold, design)


def estimate(
    measure: str | Measure,
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    threshold: float = 0.5,
    weights: ArrayLike | None = None,
) -> float:
    """A measure's value alone, by the arithmetic of the resamples; arguments as `interval`.

    It is what the measure itself gives, up to rounding, and spares the import of scikit-learn.

    Raises:
        ValueError: an array is malformed, or the measure is undefined on these rows.

    >>> estimate("roc_auc", [0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    measure = named(measure)
    given = answers(y_true, y_score, measure.tasks, measure.name)
    design = design_of(len(given.truth), None, None, weights)
    measured, merged = _single(measure, given, threshold, design)
    return _value(measure, measured, merged)


def named(measure: str | Measure) -> Measure:
    """The measure of this name; a measure is itself.

    Raises:
        ValueError: there is none, but those that it lists.

    >>> named("f1").higher_is_better
    True
    """
    if isinstance(measure, Measure):
        return measure
    if measure not in MEASURES:
        raise ValueError(f"no measure `{measure}`; there are {', '.join(MEASURES)}")
    return MEASURES[measure]


def _intervals(measures: Sequence[str | Measure], rows: _Rows, asked: _Request) -> list[Interval | ValueError]:
    most = max(1, TOGETHER // max(1, np.size(rows.truth)))
    parts = (measures[start : start + most] for start in range(0, len(measures), most))
    return [found for part in parts for found in _together(part, rows, asked)]


def _together(measures: Sequence[str | Measure], rows: _Rows, asked: _Request) -> list[Interval | ValueError]:
    begun = [_begun(each, rows, asked) for each in measures]
    done = iter(_drawn([each for each in begun if isinstance(each, _Resampling)], asked))
    return [next(done) if isinstance(each, _Resampling) else each for each in begun]


def _begun(asked_for: str | Measure, rows: _Rows, asked: _Request) -> _Resampling | Interval | ValueError:
    """The interval, or what it waits for; an error without its traceback, which would keep the arrays."""
    try:
        measure = named(asked_for)
        given = answers(rows.truth, rows.score, measure.tasks, measure.name)
        found = _of_one(measure, given, rows.design, asked)
    except ValueError as error:
        return error.with_traceback(None)
    told = partial(informed, measure=measure, given=(given,), threshold=asked.threshold, design=rows.design)
    if isinstance(found, Interval):
        return told(found)
    make = found.interval
    return replace(found, interval=lambda drawn: told(make(drawn)))


def _of_one(measure: Measure, given: Answers, design: Design, asked: _Request) -> _Resampling | Interval:
    if asked.method == "auto" and design.stratum is None and measure.name in WITHOUT_RESAMPLING:
        return WITHOUT_RESAMPLING[measure.name](given, asked.threshold, asked.confidence, design)
    if asked.method == "auto" and measure.name == "expected_calibration_error":
        return _calibration(given, design, asked)
    if asked.method == "auto" and _by_cells(measure, given, design):
        return _of_cells(measure, (given,), asked)
    return _resampling(measure, *_single(measure, given, asked.threshold, design), asked)


def _paired(measure: Measure, pair: tuple[Answers, Answers], design: Design, asked: _Request) -> _Resampling | Interval:
    if asked.method == "auto" and _by_cells(measure, pair[0], design):
        return _of_cells(measure, pair, asked)
    if asked.method == "auto" and measure.name == "expected_calibration_error":
        return _calibrations(pair, design, asked)
    return _resampling(measure, *_difference(measure, pair, asked.threshold, design), asked, pair=True)


def _by_cells(measure: Measure, given: Answers, design: Design) -> bool:
    return measure.needs == "label" and design.alone and given.classes <= FEW_CLASSES


def _of_cells(measure: Measure, models: Sequence[Answers], asked: _Request) -> Interval:
    """Of one model, or of the first less the second."""
    given = models[0]

    def prepare(truth: Integers, labels: Sequence[Integers]) -> Kernel:
        kernels = [kernel(measure, replace(given, truth=truth), each) for each in labels]
        return kernels[0] if len(kernels) == 1 else less(*kernels)

    told = [decide(each, asked.threshold) for each in models]
    how = {"confidence": asked.confidence, "resamples": asked.resamples, "seed": asked.seed}
    found = cell_interval(given.truth, told, given.classes, prepare, **how)  # type: ignore[arg-type]
    return _defined(measure, found, single=len(models) == 1)


def _defined(measure: Measure, found: Interval, *, single: bool) -> Interval:
    """At its least or greatest value nothing was ever wrong, or right; then so it may be of all rows."""
    if not isfinite(found.value):
        raise ValueError(f"{measure.name} is undefined on these rows: it gives {found.value}")
    if not single:
        return found
    low, high = (
        end if found.value == end else own for end, own in ((measure.low, found.low), (measure.high, found.high))
    )
    return replace(found, low=low, high=high)


def _drawn(begun: Sequence[_Resampling | Interval], asked: _Request) -> list[Interval]:
    """What is an interval already, and the others with their replicates; those of one design are drawn together."""
    waiting = {place: each for place, each in enumerate(begun) if isinstance(each, _Resampling)}
    drawn: dict[int, Interval] = {}
    for design in {id(each.design): each.design for each in waiting.values()}.values():
        several = {place: each for place, each in waiting.items() if each.design is design}
        kernels = [each.kernel for each in several.values()]
        joint = joint_replicates(kernels, design, resamples=asked.resamples, seed=asked.seed)
        drawn |= {place: each.interval(found) for (place, each), found in zip(several.items(), joint, strict=True)}
    return [each if isinstance(each, Interval) else drawn[place] for place, each in enumerate(begun)]


def _resampling(
    measure: Measure, measured: Kernel, design: Design, asked: _Request, *, pair: bool = False
) -> _Resampling:
    """The value comes from the same arithmetic as its resamples, so that equal is equal to the last digit."""
    value, reach = _value(measure, measured, design), _reach(measure, pair)
    if asked.method == "auto" and isinstance(measured, Sums) and len(design.counts) == measured.rows == design.rows:
        return _studentized(measured, design, asked, reach)
    told = _weighed(measured, design)

    def found(drawn: Floats) -> Interval:
        if asked.method == "percentile":
            return Interval(value, *percentile(drawn, asked.confidence), "percentile", asked.confidence)
        left_out, times = jackknife(told, design)
        skew = acceleration(left_out, times)
        ends = bca(value, drawn, skew, asked.confidence)
        if asked.method == "bca":
            return Interval(value, *ends, "bca", asked.confidence)
        carrying = _carrying(left_out, times)
        if doubt := doubt_of(carrying, f"{design.rows:,} rows"):
            return unknown(value, "bca", asked.confidence, doubt)
        low, high = _of_few(value, ends, carrying, asked.confidence)
        return Interval(value, max(low, reach[0]), min(high, reach[1]), "bca", asked.confidence)

    return _Resampling(told, design, found)


def _reach(measure: Measure, pair: bool) -> tuple[float, float]:
    width = measure.high - measure.low
    return (-width, width) if pair else (measure.low, measure.high)


def _studentized(measured: Sums, design: Design, asked: _Request, reach: tuple[float, float]) -> _Resampling:
    units = Units(measured, design)
    return _Resampling(units.sums, design, lambda drawn: studentized_interval(units, drawn, asked.confidence, reach))


def _carrying(left_out: Floats, times: Integers) -> float:
    """How many rows carry the variance, as leaving out each of up to 200 parts tells; infinite if that does nothing."""
    apart = np.repeat(left_out - np.average(left_out, weights=times), times)
    greatest = float(np.abs(apart).max())
    return carriers([apart / greatest]) if 0 < greatest < np.inf else np.inf


def _of_few(value: float, ends: tuple[float, float], carrying: float, confidence: float) -> tuple[float, float]:
    """The ends of a normal law's quantiles moved out to those of Student's t, of as many rows as carry the variance."""
    if not np.isfinite(carrying):
        return ends
    wider = float(stdtrit(carrying - 1, (1 + confidence) / 2) / ndtri((1 + confidence) / 2))
    return value + wider * (ends[0] - value), value + wider * (ends[1] - value)


def _value(measure: Measure, measured: Kernel, design: Design) -> float:
    if design.weight is not None and measure.name not in MEASURES:
        raise ValueError(f"{measure.name} is a measure of your own, which knows no weights of rows")
    value = float(_weighed(measured, design)(design.counts[None])[0])
    if not isfinite(value):
        raise ValueError(f"{measure.name} is undefined on these rows: it gives {value}")
    return value


def _weighed(measured: Kernel, design: Design) -> Kernel:
    weight = design.weight
    return measured if weight is None else lambda drawn: measured(drawn * weight)


def _gaps(given: Answers, design: Design) -> Kernel:
    truth, probability = (given.truth, given.score) if given.score.ndim == 1 else top_label(given.truth, given.score)
    return _weighed(calibration_gaps(truth, probability), design)


def _calibrations(pair: tuple[Answers, Answers], design: Design, asked: _Request) -> _Resampling:
    """Of both models the gaps, side by side."""
    kernels = [_gaps(given, design) for given in pair]

    def gaps(weights: Anything) -> Floats:
        return np.concatenate([each(weights) for each in kernels], axis=1)

    measured = gaps(design.counts[None])[0]
    return _Resampling(gaps, design, lambda drawn: calibration_difference(measured, drawn, asked.confidence))


def _calibration(given: Answers, design: Design, asked: _Request) -> _Resampling:
    gaps = _gaps(given, design)
    measured = gaps(design.counts[None])[0]
    return _Resampling(gaps, design, lambda drawn: calibration_interval(measured, drawn, asked.confidence))


def _single(measure: Measure, given: Answers, threshold: float, design: Design) -> tuple[Kernel, Design]:
    if measure.needs == "score":
        return kernel(measure, given, None), design
    merged, (truth, labels) = merged_rows(design, given.truth, decide(given, threshold))
    return kernel(measure, replace(given, truth=truth), labels), merged


def _difference(
    measure: Measure, pair: tuple[Answers, Answers], threshold: float, design: Design
) -> tuple[Kernel, Design]:
    if measure.needs == "score":
        return less(*(kernel(measure, given, None) for given in pair)), design
    merged, (truth, *labels) = merged_rows(design, pair[0].truth, *(decide(given, threshold) for given in pair))
    one, two = (kernel(measure, replace(given, truth=truth), told) for given, told in zip(pair, labels, strict=True))
    return less(one, two), merged
