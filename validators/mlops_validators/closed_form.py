"""Intervals that need no resamples: Wilson's of a rate, DeLong's of the area under the curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri, stdtrit

from mlops_validators.answers import Answers, decide
from mlops_validators.carriers import carriers, doubt_of
from mlops_validators.cells import summed
from mlops_validators.delong import auc_interval
from mlops_validators.generation import exactly, normalized
from mlops_validators.interval import unknown
from mlops_validators.wilson import wilson, wilson_of_rate

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_validators.arrays import Anything, Booleans, Floats
    from mlops_validators.bootstrap import Design
    from mlops_validators.interval import Interval


def _accuracy(given: Answers, threshold: float, confidence: float, design: Design) -> Interval:
    right = decide(given, threshold) == given.truth
    return _wilson_rate(right, None, confidence, design)


def _recall(given: Answers, threshold: float, confidence: float, design: Design) -> Interval:
    return _wilson_rate(decide(given, threshold) == 1, given.truth == 1, confidence, design)


def _precision(given: Answers, threshold: float, confidence: float, design: Design) -> Interval:
    return _wilson_rate(given.truth == 1, decide(given, threshold) == 1, confidence, design)


def _exact_match(given: Answers, _: float, confidence: float, design: Design) -> Interval:
    return _wilson_rate(exactly(given), None, confidence, design)


def _exact_match_normalized(given: Answers, _: float, confidence: float, design: Design) -> Interval:
    return _wilson_rate(normalized(given), None, confidence, design)


def _wilson_rate(hits: Anything, among: Booleans | None, confidence: float, design: Design) -> Interval:
    if design.alone:
        told = hits if among is None else hits[among]
        return wilson(int(np.count_nonzero(told)), len(told), confidence)
    return _dependent_rate(hits, np.ones(len(hits), dtype=bool) if among is None else among, confidence, design)


def _dependent_rate(hits: Anything, among: Booleans, confidence: float, design: Design) -> Interval:
    """Of rows that depend on each other or count unequally: Wilson's with as many trials as are worth them.

    They are p (1 - p) over the variance of the linearised rate, at most the rows, less for the degrees of freedom that
    few groups have; a rate of 0 or 1 has as many as there are groups, or by Kish's formula.
    """
    weight: Floats = np.multiply(among, 1.0 if design.weight is None else design.weight)
    total = float(weight.sum())
    if not total:
        raise ValueError("a rate is undefined without rows")
    rate = float((weight * hits).sum()) / total
    apart = weight * (hits - rate)
    sizes = weight
    if design.cluster is not None:
        apart, sizes = (summed(design.cluster, side) for side in (apart, weight))
    apart, sizes = apart[sizes > 0], sizes[sizes > 0]
    units = len(sizes)
    least = total**2 / float(np.square(sizes).sum())
    spread = float(np.square(apart).sum()) / total**2 * units / max(units - 1, 1)
    if rate in (0.0, 1.0) or spread == 0:
        return wilson_of_rate(rate, least, confidence)
    if doubt := doubt_of(carriers([apart / total]), units, "rows" if design.cluster is None else "groups"):
        return unknown(rate, "wilson", confidence, doubt)
    z, t = float(ndtri((1 + confidence) / 2)), float(stdtrit(units - 1, (1 + confidence) / 2))
    trials = min(rate * (1 - rate) / spread, float(np.count_nonzero(among))) * (z / t) ** 2
    return wilson_of_rate(rate, trials, confidence)


def _area(given: Answers, _: float, confidence: float, design: Design) -> Interval:
    return auc_interval(given.truth == 1, given.score, confidence, cluster=design.cluster, weight=design.weight)


WITHOUT_RESAMPLING: dict[str, Callable[[Answers, float, float, Design], Interval]] = {
    "roc_auc": _area,
    "accuracy": _accuracy,
    "recall": _recall,
    "precision": _precision,
    "exact_match": _exact_match,
    "exact_match_normalized": _exact_match_normalized,
}
"""By the measure's name: of the answers, the threshold, the level of confidence, and how rows were drawn."""
