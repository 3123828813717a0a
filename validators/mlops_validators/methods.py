"""The method that fits a measure: its interval in closed form, or one that waits for its replicates.

Rates have Wilson's interval and the area DeLong's; measures of labels a posterior of their cells, sums over rows the
bootstrap-t, the calibration error inverted tests, the worst of several targets those of each, and everything else BCa.
A measure keeps its direction: for `roc_auc` higher is better, for an error lower. Source: of each method the module
that computes it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri, stdtrit

from mlops_validators.answers import decide
from mlops_validators.bootstrap import CHUNK, acceleration, bca, jackknife, percentile, replicates, single
from mlops_validators.calibration import calibration_difference, calibration_gaps, calibration_interval
from mlops_validators.carriers import carriers, doubt_of
from mlops_validators.closed_form import WITHOUT_RESAMPLING
from mlops_validators.designs import merged_rows
from mlops_validators.dirichlet import cell_interval
from mlops_validators.few_changes import bounded_mean
from mlops_validators.generation import OF_ROWS
from mlops_validators.interval import Interval, unknown
from mlops_validators.kernels import kernel
from mlops_validators.measures import MEASURES, WORST
from mlops_validators.near_zero import doubt_near_zero
from mlops_validators.outcomes import top_label
from mlops_validators.quantiles import inside, of_groups
from mlops_validators.resampling import Resampling, shared
from mlops_validators.studentized import TOGETHER, Units, studentized_interval
from mlops_validators.weighted import FEW_CLASSES, Sums, less
from mlops_validators.worst_target import of_worst_target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlops_validators.answers import Answers
    from mlops_validators.arrays import Anything, Floats, Integers
    from mlops_validators.bootstrap import Design
    from mlops_validators.measures import Measure
    from mlops_validators.resampling import Request
    from mlops_validators.weighted import Kernel

OF_LABEL_COUNTS = ("f1_micro", "precision_micro", "recall_micro", "hamming_loss")


def of_one(measure: Measure, given: Answers, design: Design, asked: Request) -> Resampling | Interval:
    """The interval of one model's answers, in the measure's own direction, or what it waits for.

    Raises:
        ValueError: the measure is undefined on these rows.

    Source: as the module.

    >>> from mlops_validators.answers import BINARY, answers
    >>> from mlops_validators.bootstrap import single
    >>> from mlops_validators.resampling import Request
    >>> given, asked = answers([0, 1, 1], [0.2, 0.9, 0.4], (BINARY,), "accuracy"), Request(0.95, 100, 0, 0.5, "auto")
    >>> of_one(MEASURES["accuracy"], given, single(3), asked).method
    'wilson'
    """
    if asked.method == "auto" and design.stratum is None and measure.name in WITHOUT_RESAMPLING:
        return WITHOUT_RESAMPLING[measure.name](given, asked.threshold, asked.confidence, design)
    if asked.method == "auto" and measure.name == "expected_calibration_error":
        return _calibration(given, design, asked)
    if asked.method == "auto" and _by_cells(measure, given, design):
        return _dirichlet_interval(measure, (given,), asked)
    if asked.method == "auto" and measure.name in OF_LABEL_COUNTS and design.alone and given.classes < FEW_CLASSES:
        return _by_label_counts(measure, given, asked)
    if asked.method == "auto" and measure.name.endswith(WORST) and given.truth.ndim == 2:
        one = MEASURES[measure.name.removesuffix(WORST)]
        each = [partial(_sharing, one, target, design, asked) for target in given.targets]
        return of_worst_target(each, higher_is_better=measure.higher_is_better)
    return _resampled(measure, given, design, asked)


def _distance(measure: Measure, meant: float, given: Answers, design: Design, asked: Request) -> Resampling:
    """Of how far a measure lies from what it is meant to be: all that its own interval holds, 0 where it holds that.

    A distance can't be resampled itself: no resample is nearer than 0, so that all of them are too far where it is 0.
    """
    begun = _resampled(measure, given, design, asked)

    def found(drawn: Floats) -> Interval:
        own = begun.interval(drawn)
        ends = sorted((abs(own.low - meant), abs(own.high - meant)))
        low = 0.0 if own.low <= meant <= own.high else ends[0]
        return replace(own, value=abs(own.value - meant), low=low if own.known else -np.inf, high=ends[1])

    return replace(begun, interval=found)


def _sharing(measure: Measure, given: Answers, design: Design, asked: Request, among: int) -> Resampling:
    return _resampled(measure, given, design, shared(asked, among))


def _resampled(measure: Measure, given: Answers, design: Design, asked: Request) -> Resampling:
    if measure.distance is not None:
        return _distance(*measure.distance, given, design, asked)
    begun = _resampling(measure, *single_kernel(measure, given, asked.threshold, design), asked)
    if measure.name == "coverage" and asked.method == "auto" and design.weight is None:
        return _by_groups_where_rare(given, begun, design, asked)
    return _bounded(measure, (given,), _doubted(measure, given, begun, design, asked), design, asked)


def _by_groups_where_rare(given: Answers, begun: Resampling, design: Design, asked: Request) -> Resampling:
    """Where so few rows lie outside, or inside, that resamples say nothing: what the groups that have any say."""

    def found(drawn: Floats) -> Interval:
        own = begun.interval(drawn)
        return own if own.known else of_groups(own.value, inside(given), design, asked.confidence)

    return replace(begun, interval=found)


def of_pair(measure: Measure, pair: tuple[Answers, Answers], design: Design, asked: Request) -> Resampling | Interval:
    """The interval of the first model's measure less the second's, in its own direction, or what it waits for.

    Raises:
        ValueError: the measure is undefined on these rows.

    Source: as the module.

    >>> from mlops_validators.answers import BINARY, answers
    >>> from mlops_validators.bootstrap import single
    >>> from mlops_validators.resampling import Request
    >>> one, two = (answers([0, 1, 1], score, (BINARY,), "accuracy") for score in ([0.2, 0.9, 0.4], [0.2, 0.9, 0.6]))
    >>> round(of_pair(MEASURES["accuracy"], (one, two), single(3), Request(0.95, 100, 0, 0.5, "auto")).value, 3)
    -0.333
    """
    if asked.method == "auto" and _by_cells(measure, pair[0], design):
        return _dirichlet_interval(measure, pair, asked)
    if asked.method == "auto" and measure.name == "expected_calibration_error":
        return _paired_gaps(pair, design, asked)
    begun = _resampling(measure, *_difference(measure, pair, asked.threshold, design), asked, pair=True)
    return _bounded(measure, pair, begun, design, asked)


def _doubted(measure: Measure, given: Answers, begun: Resampling, design: Design, asked: Request) -> Resampling:
    """Nothing but the value, where rows that the measure's own variance does not see may decide."""
    doubt = "" if asked.method != "auto" else _doubt(measure, given, design)
    if not doubt:
        return begun
    return replace(begun, interval=lambda drawn: replace(begun.interval(drawn), low=-np.inf, high=np.inf, doubt=doubt))


def _bounded(
    measure: Measure, models: Sequence[Answers], begun: Resampling, design: Design, asked: Request
) -> Resampling:
    """Of means of values from 0 to 1: where few rows carry the variance, what these can do to the mean at most."""
    values = OF_ROWS.get(measure.name)
    if asked.method != "auto" or values is None or not design.alone:
        return begun

    def known(drawn: Floats) -> Interval:
        found = begun.interval(drawn)
        if not found.doubt:
            return found
        if len(models) == 1:
            return bounded_mean(values(models[0]), (1.0, 0.0), (0.0, 1.0), asked.confidence)
        return bounded_mean(values(models[0]) - values(models[1]), (0.0, 0.0), (-1.0, 1.0), asked.confidence)

    return replace(begun, interval=known)


def _doubt(measure: Measure, given: Answers, design: Design) -> str:
    """That of the first target of which there is any."""
    return next(
        filter(None, (_doubt_of_target(measure.name.removesuffix(WORST), one, design) for one in given.targets)), ""
    )


def _doubt_of_target(name: str, given: Answers, design: Design) -> str:
    if name == "mean_absolute_percentage_error":
        return doubt_near_zero(given.truth)
    if name not in ("r2", "explained_variance"):
        return ""
    errors = kernel(MEASURES["mean_squared_error"], given, None)  # the spread of the truth must not hide their tail
    return Units(errors, design).doubt if isinstance(errors, Sums) else ""


def _by_cells(measure: Measure, given: Answers, design: Design) -> bool:
    one_label = given.truth.ndim == 1
    return measure.needs == "label" and one_label and design.alone and given.classes <= FEW_CLASSES


def _dirichlet_interval(measure: Measure, models: Sequence[Answers], asked: Request) -> Interval:
    given = models[0]

    def prepare(truth: Integers, labels: Sequence[Integers]) -> Kernel:
        kernels = [kernel(measure, replace(given, truth=truth), each) for each in labels]
        return kernels[0] if len(kernels) == 1 else less(*kernels)

    told = [decide(model, asked.threshold) for model in models]
    how = {"confidence": asked.confidence, "resamples": asked.resamples, "seed": asked.seed}
    found = cell_interval(given.truth, told, given.classes, prepare, **how)  # type: ignore[arg-type]
    return _defined_interval(measure, found, single=len(models) == 1)


def _by_label_counts(measure: Measure, given: Answers, asked: Request) -> Interval:
    """Of rows by how many labels they have, were told, and both: few cells, whose posterior knows of rare errors."""
    truth, told, places = _kinds_of_rows(given.classes)
    said = decide(given, asked.threshold)
    counts = (np.count_nonzero(each, axis=1) for each in (given.truth, said, given.truth * said))
    how = {"confidence": asked.confidence, "resamples": asked.resamples, "seed": asked.seed}

    def prepare(cells: Integers, _: object) -> Kernel:
        return kernel(measure, replace(given, truth=truth[cells]), told[cells])

    return _defined_interval(
        measure,
        cell_interval(places[tuple(counts)], [], len(truth), prepare, **how),  # type: ignore[arg-type]
        single=True,
    )


def _kinds_of_rows(labels: int) -> tuple[Integers, Integers, Integers]:
    """A row of each kind, truth and told (m, k), and each kind's place by the labels it has, was told, and both."""
    each = range(labels + 1)
    kinds = [(a, t, both) for a in each for t in each for both in range(max(0, a + t - labels), min(a, t) + 1)]
    places = np.zeros((labels + 1,) * 3, dtype=np.intp)
    places[tuple(np.transpose(kinds))] = np.arange(len(kinds))
    label, (actual, told, both) = np.arange(labels), np.transpose(kinds)[:, :, None]
    first = actual - both
    return (label < actual).astype(np.intp), ((label >= first) & (label < first + told)).astype(np.intp), places


def _defined_interval(measure: Measure, found: Interval, *, single: bool) -> Interval:
    if not isfinite(found.value):
        raise ValueError(f"{measure.name} is undefined on these rows: it gives {found.value}")
    if not single:
        return found
    low, high = (
        end if found.value == end else own for end, own in ((measure.low, found.low), (measure.high, found.high))
    )
    return replace(found, low=low, high=high)


def drawn_together(begun: Sequence[Resampling | Interval], asked: Request) -> list[Interval]:
    """What is an interval already, and the others with their replicates; those of one design are drawn together,
    save that of many rows sums, which take several resamples at a time, are drawn apart from what takes one.

    Each in the direction of its measure. Source: as the module.

    Raises:
        ValueError: there are fewer than 100 resamples, or no interval follows from them.

    >>> from mlops_validators.resampling import Request
    >>> drawn_together([Interval(0.5, 0.4, 0.6, "wilson")], Request(0.95, 100, 0, 0.5, "auto"))[0].low
    0.4
    """
    waiting = {place: each for place, each in enumerate(begun) if isinstance(each, Resampling)}
    drawn: dict[int, Interval] = {}
    alike: dict[tuple[int, int], dict[int, Resampling]] = {}
    for place, each in waiting.items():
        at_once = each.together if each.together * len(each.design.counts) > CHUNK else 1
        alike.setdefault((id(each.design), at_once), {})[place] = each
    for (_, at_once), several in alike.items():
        design, kernels = next(iter(several.values())).design, [each.kernel for each in several.values()]
        joint = replicates(kernels, design, resamples=asked.resamples, seed=asked.seed, together=at_once)
        drawn |= {place: each.interval(found) for (place, each), found in zip(several.items(), joint, strict=True)}
    return [each if isinstance(each, Interval) else drawn[place] for place, each in enumerate(begun)]


def _resampling(
    measure: Measure, measured: Kernel, design: Design, asked: Request, *, pair: bool = False
) -> Resampling:
    """The value comes from the same arithmetic as its resamples, so that equal is equal to the last digit."""
    value, reach = value_of(measure, measured, design), _reach(measure, pair)
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
        carrying = _effective_rows(left_out, times)
        if np.all(drawn == value) and value in (measure.low, measure.high) and measure.prepare is not None:
            return unknown(value, "bca", asked.confidence, f"{measure.name} is {value:g} in every resample")
        if doubt := doubt_of(carrying, design.rows, design.named):
            return unknown(value, "bca", asked.confidence, doubt)
        low, high = _student_ends(value, ends, carrying, asked.confidence)
        return Interval(value, max(low, reach[0]), min(high, reach[1]), "bca", asked.confidence)

    return Resampling(told, design, found)


def _reach(measure: Measure, pair: bool) -> tuple[float, float]:
    width = measure.high - measure.low
    return (-width, width) if pair else (measure.low, measure.high)


def _studentized(measured: Sums, design: Design, asked: Request, reach: tuple[float, float]) -> Resampling:
    units = Units(measured, design)
    return Resampling(
        units.sums, units.drawn, lambda drawn: studentized_interval(units, drawn, asked.confidence, reach), TOGETHER
    )


def _effective_rows(left_out: Floats, times: Integers) -> float:
    apart = np.repeat(left_out - np.average(left_out, weights=times), times)
    greatest = float(np.abs(apart).max())
    return carriers([apart / greatest]) if 0 < greatest < np.inf else np.inf


def _student_ends(value: float, ends: tuple[float, float], carrying: float, confidence: float) -> tuple[float, float]:
    if not np.isfinite(carrying):
        return ends
    wider = float(stdtrit(carrying - 1, (1 + confidence) / 2) / ndtri((1 + confidence) / 2))
    return value + wider * (ends[0] - value), value + wider * (ends[1] - value)


def value_of(measure: Measure, measured: Kernel, design: Design) -> float:
    """The measure of all rows, each counted as the design has it, in its own direction; by the resamples' arithmetic.

    Raises:
        ValueError: it is undefined on these rows, or a measure of one's own should know weights.

    Source: as the module.

    >>> from mlops_validators.answers import BINARY, answers
    >>> from mlops_validators.bootstrap import single
    >>> given = answers([0, 1, 1], [0.2, 0.9, 0.4], (BINARY,), "accuracy")
    >>> round(value_of(MEASURES["accuracy"], *single_kernel(MEASURES["accuracy"], given, 0.5, single(3))), 3)
    0.667
    """
    if design.weight is not None and measure.name not in MEASURES and measure.prepare is None:
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


def _paired_gaps(pair: tuple[Answers, Answers], design: Design, asked: Request) -> Resampling:
    kernels = [_gaps(given, design) for given in pair]

    def gaps(weights: Anything) -> Floats:
        return np.concatenate([each(weights) for each in kernels], axis=1)

    measured = gaps(design.counts[None])[0]
    return Resampling(gaps, design, lambda drawn: calibration_difference(measured, drawn, asked.confidence))


def _calibration(given: Answers, design: Design, asked: Request) -> Resampling:
    gaps = _gaps(given, design)
    measured = gaps(design.counts[None])[0]
    return Resampling(gaps, design, lambda drawn: calibration_interval(measured, drawn, asked.confidence))


def single_kernel(measure: Measure, given: Answers, threshold: float, design: Design) -> tuple[Kernel, Design]:
    """What to draw for one model, and of which rows: those of one truth and label count as one that is drawn oftener.

    Raises:
        ValueError: the measure is undefined on these rows.

    >>> from mlops_validators.answers import BINARY, answers
    >>> from mlops_validators.bootstrap import single
    >>> given = answers([0, 1, 1], [0.2, 0.9, 0.8], (BINARY,), "accuracy")
    >>> len(single_kernel(MEASURES["accuracy"], given, 0.5, single(3))[1].counts)
    2
    """
    if measure.by_group:
        return _of_groups(kernel(measure, given, None))
    if measure.needs != "label":
        return kernel(measure, given, None), design
    if given.truth.ndim == 2:
        return kernel(measure, given, decide(given, threshold)), design
    merged, (truth, labels) = merged_rows(design, given.truth, decide(given, threshold))
    return kernel(measure, replace(given, truth=truth), labels), merged


def _of_groups(measured: Kernel) -> tuple[Kernel, Design]:
    """Groups that are drawn one by one, whatever rows they have."""
    assert isinstance(measured, Sums)
    return measured, replace(single(measured.rows), called="groups")


def _difference(
    measure: Measure, pair: tuple[Answers, Answers], threshold: float, design: Design
) -> tuple[Kernel, Design]:
    if measure.by_group:
        return _of_groups(less(*(kernel(measure, given, None) for given in pair)))
    if measure.needs != "label":
        return less(*(kernel(measure, given, None) for given in pair)), design
    if pair[0].truth.ndim == 2:
        return less(*(kernel(measure, given, decide(given, threshold)) for given in pair)), design
    merged, (truth, *labels) = merged_rows(design, pair[0].truth, *(decide(given, threshold) for given in pair))
    one, two = (kernel(measure, replace(given, truth=truth), told) for given, told in zip(pair, labels, strict=True))
    return less(one, two), merged
