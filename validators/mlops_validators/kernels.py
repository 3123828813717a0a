"""Each measure as a function of row weights, for many resamples at a time.

A kernel is prepared once on the rows (sorted, counted, squared) and then takes weights of shape (b, n), one line for
each resample, and gives (b,) values: what `MEASURES` gives on the rows repeated so often. Where a measure is undefined
the value is NaN. Sorting once instead of once for each resample is what makes ranks cheap.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from mlops_validators import confusion
from mlops_validators.arrays import Anything, Booleans, Floats, Integers, divide
from mlops_validators.blocks import blocks
from mlops_validators.calibration import BINS, bin_index
from mlops_validators.cells import by_cell
from mlops_validators.confusion import Counts
from mlops_validators.measures import (
    MEASURES,
    Measure,
    check_nonzero,
    check_varies,
    present,
    squared_distance,
    top_label,
)

if TYPE_CHECKING:
    from mlops_validators.answers import Answers

Kernel = Callable[[Anything], Floats]
UNSHARED = (
    8192  # rows: beyond, the product of a line with a vector goes to BLAS's threads, which cost more than they do
)
SMALLEST = np.finfo(np.float64).eps  # scikit-learn clips probabilities here before their logarithm


def kernel(measure: Measure, given: Answers, labels: Integers | None) -> Kernel:
    """The measure's kernel on these rows; `labels` are the decided ones where it needs them.

    >>> from mlops_validators.answers import answers
    >>> given = answers([0, 1, 1], [0.1, 0.9, 0.3], ("binary-classification",), "brier_score")
    >>> kernel(MEASURES["brier_score"], given, None)(np.array([[1, 0, 0], [0, 1, 1]])).round(3)
    array([0.01, 0.25])
    """
    if measure is MEASURES.get(measure.name):
        return _KERNELS[measure.name](given, labels)
    return of_repeated(measure, given.truth, given.score if labels is None else labels)


def of_repeated(measure: Measure, truth: Anything, read: Anything) -> Kernel:
    """A measure that knows no weights, on rows repeated so often: one call per resample.

    NaN where it is undefined; of the rows as they are its own ValueError, which says why.

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


def of_sums(rows: int, terms: Callable[[slice], Sequence[Floats]], combine: Callable[[Floats], Floats]) -> Kernel:
    """A function of weighted sums: `combine` gets (d + 1, b), the sum of weights first, then those of d `terms`.

    >>> value = np.array([1.0, 3.0])
    >>> of_sums(2, lambda block: [value[block]], lambda sums: sums[1] / sums[0])(np.array([[1, 1], [3, 1]]))
    array([2. , 1.5])
    """

    def value(weights: Anything) -> Floats:
        sums = sum(_sums(weights[:, block], terms(block)) for block in blocks(rows))
        return combine(np.vstack([weights.sum(axis=1, dtype=np.float64), np.asarray(sums)]))

    return value


def _sums(weights: Anything, terms: Sequence[Floats]) -> Floats:
    weight = weights.astype(np.float64)
    return np.stack([weight @ term for term in terms])


def of_mean(term: Floats) -> Kernel:
    """The weighted mean of a value per row.

    >>> of_mean(np.array([1.0, 3.0]))(np.array([[1, 1], [3, 1]]))
    array([2. , 1.5])
    """
    return of_sums(len(term), lambda block: [term[block]], lambda sums: divide(sums[1], sums[0]))


def of_counts(truth: Integers, labels: Integers, classes: int, combine: Callable[[Counts], Floats]) -> Kernel:
    """A function of the confusion matrix, of which `combine` gets the diagonal and the margins.

    >>> right = of_counts(np.array([0, 1]), np.array([0, 0]), 2, confusion.accuracy)
    >>> right(np.array([[1, 1], [3, 1]]))
    array([0.5 , 0.75])
    """
    actual, told = by_cell(truth, classes), by_cell(labels, classes)
    hit = by_cell(np.where(truth == labels, truth, classes), classes + 1)
    return lambda weights: combine(Counts(hit(weights)[:, :-1], actual(weights), told(weights)))


def area(positive: Booleans, score: Floats) -> Kernel:
    """Area under the ROC curve: share of pairs in the right order, ties counting half.

    >>> area(np.array([False, False, True]), np.array([0.1, 0.5, 0.4]))(np.array([[1, 1, 1], [3, 1, 1]]))
    array([0.5 , 0.75])
    """
    negatives, positives = _ascending(score, ~positive), _ascending(score, positive)
    below, up_to = (_places(score, negatives, positives, side) for side in _SIDES)
    tied = not np.array_equal(below, up_to)

    def value(weights: Anything) -> Floats:
        reached = _reached(weights, negatives)
        beaten, total = np.zeros(len(weights)), np.zeros(len(weights))
        for block in blocks(len(positives)):
            weight = weights[:, positives[block]].astype(np.float64)
            lower = reached[:, below[block]].astype(np.float64)
            upper = reached[:, up_to[block]] if tied else lower
            beaten += np.einsum("bi,bi->b", weight, lower + upper)
            total += weight.sum(axis=1)
        return divide(beaten / 2, total * reached[:, -1])

    return value


_SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")


def _ascending(score: Floats, chosen: Booleans | None = None) -> Integers:
    """The rows, or those chosen, by ascending score, in four bytes each."""
    if chosen is None:
        return _small(np.argsort(score))
    rows = _small(np.flatnonzero(chosen))
    return rows[np.argsort(score[chosen])]


def _places(score: Floats, ranked: Integers, rows: Integers, side: Literal["left", "right"]) -> Integers:
    """How many of the `ranked` rows score less than each of the `rows` (`left`), or no more (`right`)."""
    known, found = score[ranked], np.empty_like(rows)
    for block in blocks(len(rows)):
        found[block] = np.searchsorted(known, score[rows[block]], side=side)
    return found


def _small(index: Integers) -> Integers:
    return index.astype(np.int32) if len(index) < 2**31 else index


def _reached(weights: Anything, order: Integers) -> Anything:
    """Weights in this order added up from the left, (b, n + 1), starting at 0; whole numbers stay whole, and small."""
    whole = np.int32 if weights.dtype == np.uint8 and len(order) < 2**23 else np.int64  # 255 x 2^23 < 2^31
    dtype = whole if weights.dtype.kind in "iu" else np.float64
    sums = np.zeros((len(weights), len(order) + 1), dtype=dtype)
    for block in blocks(len(order)):
        part = sums[:, block.start + 1 : block.stop + 1]
        np.cumsum(weights[:, order[block]], axis=1, out=part)
        part += sums[:, block.start, None]
    return sums


def precision_area(positive: Booleans, score: Floats) -> Kernel:
    """Average precision: precision at each distinct score, weighted by the recall it adds.

    >>> precision_area(np.array([False, True]), np.array([0.9, 0.4]))(np.array([[1, 1], [0, 1]]))
    array([0.5, 1. ])
    """
    order, positives = _ascending(score), _ascending(score, positive)
    before, before_positive = (_places(score, rows, positives, "left") for rows in (order, positives))

    def value(weights: Anything) -> Floats:
        reached, found = _reached(weights, order), _reached(weights, positives)
        gained = np.zeros(len(weights))
        for block in blocks(len(positives)):
            told_so = (reached[:, -1:] - reached[:, before[block]]).astype(np.float64)
            hits = (found[:, -1:] - found[:, before_positive[block]]).astype(np.float64)
            precision = np.divide(hits, told_so, out=np.zeros(hits.shape), where=told_so > 0)
            gained += np.einsum("bi,bi->b", weights[:, positives[block]].astype(np.float64), precision)
        return divide(gained, found[:, -1].astype(np.float64))

    return value


def median(value: Floats) -> Kernel:
    """Weighted median; half way when the weights are split evenly between two values.

    >>> median(np.array([3.0, 1.0]))(np.array([[1, 1], [1, 2]]))
    array([2., 1.])
    """
    order = _ascending(value)

    def middle(weights: Anything) -> Floats:
        reached = _reached(weights, order)[:, 1:]
        places = [[np.searchsorted(line, line[-1] / 2, side) for side in _SIDES] for line in reached]
        return np.asarray(value[order[np.array(places)]].mean(axis=1))

    return middle


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


def _counted(combine: Callable[[Counts], Floats]) -> Callable[[Answers, Integers | None], Kernel]:
    def prepare(given: Answers, labels: Integers | None) -> Kernel:
        if labels is None:
            raise TypeError("a measure of counts needs labels")
        return of_counts(given.truth, labels, given.classes, combine)

    return prepare


def _regression(combine: Callable[[Floats], Floats]) -> Callable[[Answers, Integers | None], Kernel]:
    """`combine` gets sums of 1, y, y^2, error, error^2; y is centred first so that nothing cancels."""

    def prepare(given: Answers, _: Integers | None) -> Kernel:
        check_varies(given.truth)
        centre = given.truth.mean()

        def terms(block: slice) -> Sequence[Floats]:
            truth, error = given.truth[block] - centre, given.truth[block] - given.score[block]
            return truth, truth**2, error, error**2

        return of_sums(len(given.truth), terms, combine)

    return prepare


def _r2(sums: Floats) -> Floats:
    total, y, y2, _, error2 = sums
    return 1 - divide(error2, y2 - divide(y**2, total))


def _explained_variance(sums: Floats) -> Floats:
    total, y, y2, error, error2 = sums
    return 1 - divide(error2 - divide(error**2, total), y2 - divide(y**2, total))


def _error(given: Answers) -> Floats:
    error = given.truth - given.score
    return np.abs(error, out=error)


def _squared(given: Answers) -> Kernel:
    error = given.truth - given.score
    return of_mean(np.square(error, out=error))


def _root(given: Answers, _: Integers | None) -> Kernel:
    squared = _squared(given)
    return lambda weights: np.sqrt(squared(weights))


def _percentage(given: Answers, _: Integers | None) -> Kernel:
    check_nonzero(given.truth)
    return of_mean(np.abs(_error(given) / given.truth))


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
    "mean_absolute_error": lambda given, _: of_mean(_error(given)),
    "mean_squared_error": lambda given, _: _squared(given),
    "root_mean_squared_error": _root,
    "median_absolute_error": lambda given, _: median(_error(given)),
    "mean_absolute_percentage_error": _percentage,
}
