"""Intervals that need no resamples: Wilson's of a rate, DeLong's of the area under the curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.answers import Answers, decide
from mlops_validators.delong import auc_interval
from mlops_validators.wilson import wilson

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_validators.arrays import Anything
    from mlops_validators.interval import Interval


def _accuracy(given: Answers, threshold: float, confidence: float) -> Interval:
    return _rate(decide(given, threshold) == given.truth, confidence)


def _recall(given: Answers, threshold: float, confidence: float) -> Interval:
    return _rate(decide(given, threshold)[given.truth == 1] == 1, confidence)


def _precision(given: Answers, threshold: float, confidence: float) -> Interval:
    return _rate(given.truth[decide(given, threshold) == 1] == 1, confidence)


def _rate(hits: Anything, confidence: float) -> Interval:
    return wilson(int(np.count_nonzero(hits)), len(hits), confidence)


def _area(given: Answers, _: float, confidence: float) -> Interval:
    return auc_interval(given.truth == 1, given.score, confidence)


WITHOUT_RESAMPLING: dict[str, Callable[[Answers, float, float], Interval]] = {
    "roc_auc": _area,
    "accuracy": _accuracy,
    "recall": _recall,
    "precision": _precision,
}
"""By the measure's name: of the answers, the threshold, and the level of confidence."""
