"""A measure with its interval, several of them on the same rows, and the difference of two models.

A measure keeps its direction and its unit: for `roc_auc` higher is better, for an error lower. Which method fits is in
`methods`. Source: of each the module that computes it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.arrays import confidence_level
from mlops_validators.delong import auc_difference
from mlops_validators.designs import design_of
from mlops_validators.information import informed
from mlops_validators.interval import Interval
from mlops_validators.measures import MEASURES, Measure
from mlops_validators.methods import (
    drawn_together,
    of_one,
    of_pair,
    single_kernel,
    value_of,
)
from mlops_validators.resampling import Method, Request, Resampling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from mlops_validators.answers import Answers
    from mlops_validators.bootstrap import Design


TOGETHER = 100_000  # rows times measures that are resampled together: what each has prepared takes 16 bytes a row


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
        method: `auto` is the one that fits (see `methods`), of rows that are not drawn singly BCa.

    Raises:
        ValueError: an array is malformed, or the measure is undefined on these rows.

    >>> interval("accuracy", [0, 1, 1, 0], [0.1, 0.9, 0.2, 0.3]).method
    'wilson'
    """
    asked = Request(confidence_level(confidence), resamples, seed, threshold, method)
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
    asked = Request(confidence_level(confidence), resamples, seed, threshold, method)
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
    measure, asked = named(measure), Request(confidence_level(confidence), resamples, seed, threshold, method)
    one, two = (measure.checked(y_true, each) for each in (candidate, champion))
    if one.score.shape != two.score.shape:
        raise ValueError(f"candidate has shape {one.score.shape}, champion {two.score.shape}")
    design = design_of(len(one.truth), groups, strata, weights)
    one, two = (_drawn_so(each, design) for each in (one, two))
    if np.array_equal(one.score, two.score):
        value_of(measure, *single_kernel(measure, one, threshold, design))  # raises where it is undefined
        found = Interval(0.0, 0.0, 0.0, "exact", confidence)
    elif method == "auto" and strata is None and measure.name == "roc_auc":
        found = auc_difference(
            one.truth == 1, one.score, two.score, confidence, cluster=design.cluster, weight=design.weight
        )
    else:
        [found] = drawn_together([of_pair(measure, (one, two), design, asked)], asked)
    return informed(found, measure, (one, two), threshold, design)


def estimate(  # noqa: PLR0913
    measure: str | Measure,
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    threshold: float = 0.5,
    groups: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> float:
    """A measure's value alone, by the arithmetic of the resamples; arguments as `interval`. Groups are of account where
    the measure is of groups.

    It is what the measure itself gives, up to rounding, and spares the import of scikit-learn.

    Raises:
        ValueError: an array is malformed, or the measure is undefined on these rows.

    >>> estimate("roc_auc", [0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    measure = named(measure)
    given = measure.checked(y_true, y_score)
    design = design_of(len(given.truth), groups if measure.by_group else None, None, weights)
    given = _drawn_so(given, design)
    measured, merged = single_kernel(measure, given, threshold, design)
    return value_of(measure, measured, merged)


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


def _drawn_so(given: Answers, design: Design) -> Answers:
    return replace(given, group=design.cluster, weight=design.weight)


def _intervals(measures: Sequence[str | Measure], rows: _Rows, asked: Request) -> list[Interval | ValueError]:
    most = max(1, TOGETHER // max(1, np.size(rows.truth)))
    parts = (measures[start : start + most] for start in range(0, len(measures), most))
    return [found for part in parts for found in _together(part, rows, asked)]


def _together(measures: Sequence[str | Measure], rows: _Rows, asked: Request) -> list[Interval | ValueError]:
    begun = [_begun(measure, rows, asked) for measure in measures]
    done = iter(drawn_together([each for each in begun if isinstance(each, Resampling)], asked))
    return [next(done) if isinstance(each, Resampling) else each for each in begun]


def _begun(asked_for: str | Measure, rows: _Rows, asked: Request) -> Resampling | Interval | ValueError:
    """The interval, or what it waits for; an error without its traceback, which would keep the arrays."""
    try:
        measure = named(asked_for)
        given = _drawn_so(measure.checked(rows.truth, rows.score), rows.design)
        found = of_one(measure, given, rows.design, asked)
    except ValueError as error:
        return error.with_traceback(None)
    told = partial(informed, measure=measure, given=(given,), threshold=asked.threshold, design=rows.design)
    if isinstance(found, Interval):
        return told(found)
    make = found.interval
    return replace(found, interval=lambda drawn: told(make(drawn)))
