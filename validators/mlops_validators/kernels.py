"""Each measure as a function of row weights, for many resamples at a time.

A kernel is prepared once on the rows (sorted, counted, squared) and then takes weights of shape (b, n), one line for
each resample, and gives (b,) values: what `MEASURES` gives on the rows repeated so often. Where a measure is undefined
the value is NaN. Sorting once instead of once for each resample is what makes ranks cheap.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from mlops_validators import confusion
from mlops_validators.arrays import Anything, Booleans, Floats, Integers, divide
from mlops_validators.calibration import BINS, bin_index
from mlops_validators.cells import by_cell
from mlops_validators.measures import MEASURES, Measure, present, top_label

if TYPE_CHECKING:
    from mlops_validators.answers import Answers

Kernel = Callable[[Anything], Floats]
SMALLEST = np.finfo(np.float64).eps  # scikit-learn clips probabilities here before their logarithm


def kernel(measure: Measure, given: Answers, labels: Integers | None) -> Kernel:
    """The measure's kernel on these rows; `labels` are the decided ones where it needs them."""
    if measure is MEASURES.get(measure.name):
        return _KERNELS[measure.name](given, labels)
    return of_repeated(measure, given.truth, given.score if labels is None else labels)


def of_repeated(measure: Measure, truth: Anything, read: Anything) -> Kernel:
    """A measure that knows no weights, on rows repeated so often; NaN where it is undefined. One call per resample."""

    def once(weights: Anything) -> float:
        index = np.repeat(np.arange(len(truth)), weights)
        try:
            return float(measure.function(truth[index], read[index], None))
        except ValueError:
            return np.nan

    return lambda weights: np.array([once(line) for line in weights.astype(np.intp)], dtype=np.float64)


def of_sums(terms: Sequence[Floats], combine: Callable[[Floats], Floats]) -> Kernel:
    """A function of weighted sums: `combine` gets (d + 1, b), the sum of weights first."""
    columns = np.column_stack([np.ones(len(terms[0])), *terms])
    return lambda weights: combine((weights.astype(np.float64) @ columns).T)


def of_mean(term: Floats) -> Kernel:
    """The weighted mean of a value per row."""
    return of_sums([term], lambda sums: divide(sums[1], sums[0]))


def of_counts(truth: Integers, labels: Integers, classes: int, combine: Callable[[Floats], Floats]) -> Kernel:
    """A function of the confusion matrix: `combine` gets (b, classes, classes), truth first."""
    counted = by_cell(truth * classes + labels, classes * classes)
    return lambda weights: combine(counted(weights).reshape(-1, classes, classes))


def area(positive: Booleans, score: Floats) -> Kernel:
    """Area under the ROC curve: share of pairs in the right order, ties counting half."""
    negatives = np.flatnonzero(~positive)
    negatives = negatives[np.argsort(score[negatives], kind="stable")]
    positives = np.flatnonzero(positive)
    positives = positives[np.argsort(score[positives], kind="stable")]
    below = np.searchsorted(score[negatives], score[positives], side="left")
    up_to = np.searchsorted(score[negatives], score[positives], side="right")
    tied = bool(np.any(below != up_to))

    def value(weights: Anything) -> Floats:
        ranked = _reached(weights[:, negatives])
        beaten = ranked[:, below] + ranked[:, up_to] if tied else 2 * ranked[:, below]
        weight = weights[:, positives].astype(ranked.dtype)
        pairs = weight.sum(axis=1).astype(np.float64) * ranked[:, -1]
        return divide(np.einsum("bi,bi->b", weight, beaten) / 2, pairs)

    return value


def _reached(weights: Anything) -> Anything:
    """Weights added up from the left, (b, n + 1), starting at 0; whole numbers add up ten times faster than floats."""
    sums = np.zeros((len(weights), weights.shape[1] + 1), dtype=np.int64 if weights.dtype.kind in "iu" else np.float64)
    np.cumsum(weights, axis=1, out=sums[:, 1:])
    return sums


def precision_area(positive: Booleans, score: Floats) -> Kernel:
    """Average precision: precision at each distinct score, weighted by the recall it adds."""
    order = np.argsort(-score, kind="stable")
    positives = order[positive[order]]
    told_at = np.searchsorted(-score[order], -score[positives], side="right")
    found_at = np.searchsorted(-score[positives], -score[positives], side="right")

    def value(weights: Anything) -> Floats:
        told = _reached(weights[:, order])[:, told_at]
        found = _reached(weights[:, positives])[:, found_at]
        weight = weights[:, positives]
        precision = np.divide(found, told, out=np.zeros(told.shape), where=told > 0)
        return divide((weight * precision).sum(axis=1), weight.sum(axis=1, dtype=np.float64))

    return value


def median(value: Floats) -> Kernel:
    """Weighted median; half way when the weights are split evenly between two values."""
    order = np.argsort(value, kind="stable")
    ranked = value[order]

    def middle(weights: Anything) -> Floats:
        reached = _reached(weights[:, order])[:, 1:]
        half = reached[:, -1:] / 2
        return np.asarray((ranked[(reached >= half).argmax(axis=1)] + ranked[(reached > half).argmax(axis=1)]) / 2)

    return middle


def _area(given: Answers, _: Integers | None) -> Kernel:
    return area(given.truth == 1, given.score)


def _precision_area(given: Answers, _: Integers | None) -> Kernel:
    return precision_area(given.truth == 1, given.score)


def _areas(given: Answers, _: Integers | None) -> Kernel:
    each = [area(given.truth == k, given.score[:, k]) for k in present(given.truth, given.score)]
    return lambda weights: np.mean([one(weights) for one in each], axis=0)


def _brier_score(given: Answers, _: Integers | None) -> Kernel:
    if given.score.ndim == 1:
        return of_mean((given.truth - given.score) ** 2)
    return of_mean(((given.score - np.eye(given.score.shape[1])[given.truth]) ** 2).sum(axis=1))


def _log_loss(given: Answers, _: Integers | None) -> Kernel:
    if given.score.ndim == 1:
        told = np.where(given.truth == 1, given.score, 1 - given.score)
    else:
        told = given.score[np.arange(len(given.truth)), given.truth]
    return of_mean(-np.log(np.clip(told, SMALLEST, 1 - SMALLEST)))


def _calibration(given: Answers, _: Integers | None) -> Kernel:
    binary = given.score.ndim == 1
    truth, probability = (given.truth, given.score) if binary else top_label(given.truth, given.score)
    gaps = by_cell(bin_index(probability), BINS, truth - probability)
    return lambda weights: divide(np.abs(gaps(weights)).sum(axis=1), weights.sum(axis=1, dtype=np.float64))


def _counted(combine: Callable[[Floats], Floats]) -> Callable[[Answers, Integers | None], Kernel]:
    def prepare(given: Answers, labels: Integers | None) -> Kernel:
        if labels is None:
            raise TypeError("a measure of counts needs labels")
        return of_counts(given.truth, labels, 2 if given.score.ndim == 1 else given.score.shape[1], combine)

    return prepare


def _regression(combine: Callable[[Floats], Floats]) -> Callable[[Answers, Integers | None], Kernel]:
    """`combine` gets sums of 1, y, y^2, error, error^2; y is centred first so that nothing cancels."""

    def prepare(given: Answers, _: Integers | None) -> Kernel:
        truth, error = given.truth - given.truth.mean(), given.truth - given.score
        return of_sums([truth, truth**2, error, error**2], combine)

    return prepare


def _r2(sums: Floats) -> Floats:
    total, y, y2, _, error2 = sums
    return 1 - divide(error2, y2 - divide(y**2, total))


def _explained_variance(sums: Floats) -> Floats:
    total, y, y2, error, error2 = sums
    return 1 - divide(error2 - divide(error**2, total), y2 - divide(y**2, total))


def _root(given: Answers, _: Integers | None) -> Kernel:
    squared = of_mean((given.truth - given.score) ** 2)
    return lambda weights: np.sqrt(squared(weights))


_KERNELS: dict[str, Callable[[Answers, Integers | None], Kernel]] = {
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
    "f1_macro": _counted(confusion.over_classes(confusion.f1_each)),
    "f1_weighted": _counted(confusion.f1_weighted),
    "precision_macro": _counted(confusion.over_classes(confusion.precision_each)),
    "recall_macro": _counted(confusion.over_classes(confusion.recall_each)),
    "r2": _regression(_r2),
    "explained_variance": _regression(_explained_variance),
    "mean_absolute_error": lambda given, _: of_mean(np.abs(given.truth - given.score)),
    "mean_squared_error": lambda given, _: of_mean((given.truth - given.score) ** 2),
    "root_mean_squared_error": _root,
    "median_absolute_error": lambda given, _: median(np.abs(given.truth - given.score)),
    "mean_absolute_percentage_error": lambda given, _: of_mean(np.abs((given.truth - given.score) / given.truth)),
}
