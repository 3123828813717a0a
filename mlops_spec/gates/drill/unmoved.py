"""A measure of the user's own that looks at some rows only: those of which the model is sure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mlops_spec.pipeline.measured import measure_named
from mlops_spec.spec.tasks import TASKS
from mlops_validators import estimate

if TYPE_CHECKING:
    from mlops_spec.gates.case import Case
    from mlops_spec.pipeline.answers import Answers


def unmoved(case: Case, metric: str) -> bool:
    """Whether it stays what it is when the labels of the half of the rows that the model is less sure of are wrong."""
    if metric not in case.spec.evaluate.own or not TASKS[case.spec.task].answer.numbers:
        return False
    if case.answers.levels:
        return False  # how sure it is, its quantiles say
    threshold = case.spec.evaluate.threshold
    sure = _confidence(case.answers, threshold)
    unsure = sure <= np.quantile(sure, 0.5) if len(sure) else np.empty(0, dtype=bool)
    unsure = unsure if case.answers.actual.ndim == 1 else unsure[:, None]
    wrong = replace(case.answers, truth=np.where(unsure, _wrong_truths(case.answers), case.answers.actual))
    try:
        measure = measure_named(case.root, case.spec, metric)
        before, after = (
            estimate(measure, each.truth, each.score, threshold=threshold, groups=each.groups)
            for each in (case.answers, wrong)
        )
    except ValueError:
        return False  # what is undefined passes no gate
    return bool(before == after)


def _confidence(answers: Answers, threshold: float) -> np.ndarray:
    if answers.score.ndim > answers.actual.ndim:
        return np.asarray(answers.score.max(axis=1))
    middle = threshold if answers.truth.dtype.kind in "iub" else answers.score.mean(axis=0)
    apart = np.abs(answers.score - middle)
    return apart if apart.ndim == 1 else np.asarray(apart.min(axis=1))


def _wrong_truths(answers: Answers) -> np.ndarray:
    if answers.truth.dtype.kind not in "iub":
        return np.asarray(answers.actual + np.ptp(answers.actual, axis=0))
    return np.asarray((answers.truth + 1) % (answers.score.shape[1] if answers.score.ndim > answers.truth.ndim else 2))
