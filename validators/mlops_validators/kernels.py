"""Each measure as a function of row weights, for many resamples at a time.

A kernel takes weights of shape (b, n), one line for each resample, and gives (b,) values (see `weighted`): what
`MEASURES` gives on the rows repeated so often. Where a measure is undefined the value is NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mlops_validators import confusion, forecasts, generation
from mlops_validators.arrays import Anything, Floats, Integers, divide
from mlops_validators.calibration import BINS, bin_index
from mlops_validators.cells import by_cell
from mlops_validators.measures import MEASURES, WORST, Measure
from mlops_validators.outcomes import (
    check_nonzero,
    check_varies,
    present,
    ranking_precision,
    squared_distance,
    top_label,
)
from mlops_validators.weighted import (
    Kernel,
    Sums,
    area,
    mean_of,
    median,
    of_all_labels,
    of_counts,
    of_label_counts,
    of_mean,
    precision_area,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlops_validators.answers import Answers
    from mlops_validators.confusion import Counted, Counts

Prepare = Callable[["Answers", "Integers | None"], Kernel]
"""From answers and decided labels, where it needs them, a measure's kernel."""
SMALLEST = np.finfo(np.float64).eps  # scikit-learn clips probabilities here before their logarithm


def kernel(measure: Measure, given: Answers, labels: Integers | None) -> Kernel:
    """The measure's kernel on these rows; `labels` (n,) are the decided ones where it needs them.

    Raises:
        ValueError: the measure is undefined on these rows.

    >>> from mlops_validators.answers import answers
    >>> given = answers([0, 1, 1], [0.1, 0.9, 0.3], ("binary-classification",), "brier_score")
    >>> kernel(MEASURES["brier_score"], given, None)(np.array([[1, 0, 0], [0, 1, 1]])).round(3)
    array([0.01, 0.25])
    """
    if measure.prepare is not None:
        return measure.prepare(given, labels)
    if measure.name in _KERNELS:
        return _KERNELS[measure.name](given, labels)
    return of_repeated(measure, given.actual, given.score if labels is None else labels)


def of_repeated(measure: Measure, truth: Anything, read: Anything) -> Kernel:
    """A measure that knows no weights, of `truth` (n,) and what it `read` (n,) or (n, k): one call per resample.

    NaN where it is undefined on rows repeated so often.

    Raises:
        ValueError: its own, which says why, of the rows as they are.

    >>> from mlops_validators.measures import custom_measure
    >>> worst = custom_measure("worst", lambda y, p: float(abs(y - p).max()), task="regression", higher_is_better=False)
    >>> of_repeated(worst, np.array([1.0, 2.0]), np.array([1.5, 4.0]))(np.array([[2, 0], [1, 1]]))
    array([0.5, 2. ])
    """

    def once(weights: Anything) -> float:
        index = np.repeat(np.arange(len(truth)), weights)
        try:
            return float(measure.function(truth[index], read[index], None))
        except ValueError:
            if np.all(weights == 1):
                raise
            return np.nan

    return lambda weights: np.array([once(line) for line in weights.astype(np.intp)], dtype=np.float64)


def _area(given: Answers, _: Integers | None) -> Kernel:
    return area(given.truth == 1, given.score)


def _precision_area(given: Answers, _: Integers | None) -> Kernel:
    return precision_area(given.truth == 1, given.score)


def _areas(given: Answers, _: Integers | None) -> Kernel:
    each = [area(given.truth == k, given.score[:, k]) for k in present(given.truth, given.score)]
    return lambda weights: np.mean([one(weights) for one in each], axis=0)


def _brier_score(given: Answers, _: Integers | None) -> Kernel:
    return of_mean(squared_distance(given.truth, given.score))


def _log_loss(given: Answers, _: Integers | None) -> Kernel:
    if given.score.ndim == 1:
        told = np.where(given.truth == 1, given.score, 1 - given.score)
    else:
        told = np.take_along_axis(given.score, given.truth[:, None], axis=1)[:, 0]
    np.clip(told, SMALLEST, 1 - SMALLEST, out=told)
    return of_mean(np.negative(np.log(told, out=told), out=told))


def _calibration(given: Answers, _: Integers | None) -> Kernel:
    binary = given.score.ndim == 1
    truth, probability = (given.truth, given.score) if binary else top_label(given.truth, given.score)
    gaps = by_cell(bin_index(probability), BINS, truth - probability)
    return lambda weights: divide(np.abs(gaps(weights)).sum(axis=1), weights.sum(axis=1, dtype=np.float64))


def _counted(combine: Callable[[Counts], Floats]) -> Prepare:
    def prepare(given: Answers, labels: Integers | None) -> Kernel:
        return of_counts(given.truth, _needed(labels), given.classes, combine)

    return prepare


def _needed(labels: Integers | None) -> Integers:
    if labels is None:
        raise TypeError("a measure of counts needs labels")
    return labels


def _all_labels(each: Counted) -> Prepare:
    return lambda given, told: of_all_labels(given.truth, _needed(told), confusion.over_all(each))


def _mean_of(each: Counted) -> Prepare:
    """Over the classes that there are, or over all labels."""
    classes, over_labels = _counted(confusion.over_classes(each)), confusion.over_labels(each)

    def prepare(given: Answers, told: Integers | None) -> Kernel:
        return (
            classes(given, told) if given.truth.ndim == 1 else of_label_counts(given.truth, _needed(told), over_labels)
        )

    return prepare


def _hamming(given: Answers, labels: Integers | None) -> Kernel:
    return of_mean(np.asarray((given.truth != labels).mean(axis=1)))


def _regression(combine: Callable[[Floats], Floats]) -> Prepare:
    """`combine` gets sums of 1, y, y^2, error, error^2; y is centred first so that nothing cancels."""

    def prepare(given: Answers, _: Integers | None) -> Kernel:
        check_varies(given.truth)
        centre = given.truth.mean()

        def terms(block: slice) -> Sequence[Floats]:
            truth, error = given.truth[block] - centre, given.truth[block] - given.score[block]
            return truth, truth**2, error, error**2

        return Sums(len(given.truth), terms, combine)

    return prepare


def _r2(sums: Floats) -> Floats:
    total, y, y2, _, error2 = sums
    return 1 - divide(error2, y2 - divide(y**2, total))


def _explained_variance(sums: Floats) -> Floats:
    total, y, y2, error, error2 = sums
    return 1 - divide(error2 - divide(error**2, total), y2 - divide(y**2, total))


def _error(given: Answers) -> Floats:
    error = given.actual - given.point
    return np.abs(error, out=error)


def _squared(given: Answers) -> Sums:
    error = given.actual - given.point
    return of_mean(np.square(error, out=error))


def _root(given: Answers, _: Integers | None) -> Kernel:
    return replace(_squared(given), combine=lambda sums: np.sqrt(divide(sums[1], sums[0])))


def _percentage(given: Answers, _: Integers | None) -> Kernel:
    check_nonzero(given.truth)
    return of_mean(np.abs(_error(given) / given.truth))


def _over_targets(each: Prepare) -> Prepare:
    def prepare(given: Answers, labels: Integers | None) -> Kernel:
        kernels = [each(target, labels) for target in given.targets]
        return kernels[0] if len(kernels) == 1 else mean_of(kernels)

    return prepare


def _of_worst_target(name: str, each: Prepare) -> Prepare:
    worst = np.min if MEASURES[name].higher_is_better else np.max

    def prepare(given: Answers, labels: Integers | None) -> Kernel:
        kernels = [each(target, labels) for target in given.targets]
        if len(kernels) == 1:
            return kernels[0]
        return lambda weights: np.asarray(worst([one(weights) for one in kernels], axis=0))

    return prepare


_KERNELS: dict[str, Prepare] = {
    "roc_auc": _area,
    "average_precision": _precision_area,
    "brier_score": _brier_score,
    "log_loss": _log_loss,
    "expected_calibration_error": _calibration,
    "accuracy": _counted(confusion.accuracy),
    "balanced_accuracy": _counted(confusion.balanced_accuracy),
    "matthews_corrcoef": _counted(confusion.matthews_corrcoef),
    "f1": _counted(confusion.of_positive(confusion.f1_each)),
    "precision": _counted(confusion.of_positive(confusion.precision_each)),
    "recall": _counted(confusion.of_positive(confusion.recall_each)),
    "roc_auc_ovr": _areas,
    "f1_macro": _mean_of(confusion.f1_each),
    "f1_weighted": _counted(confusion.f1_weighted),
    "precision_macro": _mean_of(confusion.precision_each),
    "recall_macro": _mean_of(confusion.recall_each),
    "f1_micro": _all_labels(confusion.f1_each),
    "precision_micro": _all_labels(confusion.precision_each),
    "recall_micro": _all_labels(confusion.recall_each),
    "hamming_loss": _hamming,
    "label_ranking_average_precision": lambda given, _: of_mean(ranking_precision(given.truth, given.score)),
}
_OF_NUMBERS: dict[str, Prepare] = {
    "r2": _regression(_r2),
    "explained_variance": _regression(_explained_variance),
    "mean_absolute_error": lambda given, _: of_mean(_error(given)),
    "mean_squared_error": lambda given, _: _squared(given),
    "root_mean_squared_error": _root,
    "median_absolute_error": lambda given, _: median(_error(given)),
    "mean_absolute_percentage_error": _percentage,
}
_KERNELS |= forecasts.KERNELS
_KERNELS |= generation.KERNELS
_KERNELS |= {name: _over_targets(each) for name, each in _OF_NUMBERS.items()}
_KERNELS |= {f"{name}{WORST}": _of_worst_target(name, each) for name, each in _OF_NUMBERS.items()}
