"""Statistics as functions of row weights, for many resamples at a time: sums, counts, ranks.

Each is prepared once on the rows (sorted, counted, squared) and then takes weights of shape (b, n), one line for each
resample, and gives (b,) values, NaN where undefined. Sorting once instead of once for each resample is what makes ranks
cheap; orders take four bytes a row, and everything else on the way a block at a time. `take` gives what an index does,
three times as fast.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mlops_validators.arrays import Anything, Booleans, Floats, Integers, divide
from mlops_validators.blocks import blocks
from mlops_validators.cells import by_cell
from mlops_validators.confusion import Counts

Kernel = Callable[[Anything], Floats]


@dataclass(frozen=True)
class Sums:
    """A smooth function of weighted sums: `combine` gets (d + 1, b), the sum of weights first, then those of d `terms`.

    >>> value = np.array([1.0, 3.0])
    >>> Sums(2, lambda block: [value[block]], lambda sums: sums[1] / sums[0])(np.array([[1, 1], [3, 1]]))
    array([2. , 1.5])
    """

    rows: int
    terms: Callable[[slice], Sequence[Anything]]
    """The terms of a block of rows, d times (rows of the block,)."""
    combine: Callable[[Floats], Floats]

    def __call__(self, weights: Anything) -> Floats:
        """The values, (b,), under weights (b, n)."""
        parts = (_sums(weights[:, block], self.terms(block)) for block in blocks(self.rows))
        return self.combine(np.asarray(sum(parts)))


def less(one: Kernel, two: Kernel) -> Kernel:
    """One less the other: of two functions of sums another one.

    >>> first, second = of_mean(np.array([1.0, 3.0])), of_mean(np.array([0.0, 1.0]))
    >>> less(first, second)(np.array([[1, 1]]))
    array([1.5])
    """
    return together([one, two], lambda values: values[0] - values[1])


def mean_of(kernels: Sequence[Kernel]) -> Kernel:
    """Their mean: of few functions of sums another one.

    >>> mean_of([of_mean(np.array([1.0, 3.0])), of_mean(np.array([0.0, 1.0]))])(np.array([[1, 1]]))
    array([1.25])
    """
    return together(kernels, lambda values: values.mean(axis=0))


def together(kernels: Sequence[Kernel], combine: Callable[[Floats], Floats]) -> Kernel:
    """A smooth function of several kernels: `combine` gets their values (m, b), and gives (b,).

    Of few functions of sums it is one as well, with the terms of all of them.

    >>> sums = [of_mean(np.array([1.0, 3.0])), of_mean(np.array([0.0, 1.0]))]
    >>> together(sums, lambda values: values[0] / values[1])(np.array([[1, 1]]))
    array([4.])
    """
    summed = [each for each in kernels if isinstance(each, Sums)]
    if len(summed) == len(kernels) and (joined := _joined(summed, combine)):
        return joined

    def value(weights: Anything) -> Floats:
        with np.errstate(invalid="ignore"):  # of two infinities it is NaN, which is undefined and no more
            return np.asarray(combine(np.stack([each(weights) for each in kernels])))

    return value


def _joined(kernels: Sequence[Sums], combine: Callable[[Floats], Floats]) -> Sums | None:
    """None of too many terms: all pairs of them are multiplied."""
    widths = [len(each.terms(slice(0, 1))) for each in kernels]
    ends = np.cumsum(widths)
    if ends[-1] > MOST_TERMS:
        return None

    def combined(sums: Floats) -> Floats:
        parts = (np.concatenate([sums[:1], part]) for part in np.split(sums[1:], ends[:-1]))
        with np.errstate(invalid="ignore"):
            return np.asarray(
                combine(np.stack([each.combine(part) for each, part in zip(kernels, parts, strict=True)]))
            )

    return Sums(kernels[0].rows, lambda block: [term for each in kernels for term in each.terms(block)], combined)


def _sums(weights: Anything, terms: Sequence[Anything]) -> Floats:
    weight = weights.astype(np.float64)
    return np.stack([weight.sum(axis=1), *(weight @ term for term in terms)])


def of_mean(term: Floats) -> Sums:
    """The weighted mean of a value per row, (n,).

    >>> of_mean(np.array([1.0, 3.0]))(np.array([[1, 1], [3, 1]]))
    array([2. , 1.5])
    """
    return Sums(len(term), lambda block: [term[block]], lambda sums: divide(sums[1], sums[0]))


MOST_TERMS = 48  # of a function of sums: those of two confusion matrices of 8 classes
FEW_CLASSES = 8  # up to which a confusion matrix is a function of few sums


def of_counts(truth: Integers, labels: Integers, classes: int, combine: Callable[[Counts], Floats]) -> Kernel:
    """A function of the confusion matrix of `truth` (n,) and `labels` (n,): `combine` gets its diagonal and margins.

    >>> from mlops_validators.confusion import accuracy
    >>> right = of_counts(np.array([0, 1]), np.array([0, 0]), 2, accuracy)
    >>> right(np.array([[1, 1], [3, 1]]))
    array([0.5 , 0.75])
    """
    if classes <= FEW_CLASSES:
        return _label_sums(truth, labels, classes, combine)
    actual, told = by_cell(truth, classes), by_cell(labels, classes)
    hit = by_cell(np.where(truth == labels, truth, classes), classes + 1)
    return lambda weights: combine(Counts(hit(weights)[:, :-1], actual(weights), told(weights)))


def _label_sums(truth: Integers, labels: Integers, classes: int, combine: Callable[[Counts], Floats]) -> Sums:
    def terms(block: slice) -> list[Anything]:
        inside, told = truth[block], labels[block]
        each = range(classes)
        return [
            *((inside == code) & (told == code) for code in each),
            *(inside == code for code in each),
            *(told == code for code in each),
        ]

    return Sums(len(truth), terms, lambda sums: combine(Counts(*sums[1:].reshape(3, classes, -1).swapaxes(1, 2))))


def of_label_counts(truth: Anything, told: Anything, combine: Callable[[Counts], Floats]) -> Kernel:
    """The same of several labels, each 0 or 1 in `truth` (n, k) and `told` (n, k).

    One product a block, not a sum for each label: with their products those would be 9 k^2 / 2 terms. Of whole weights
    in a byte the sums of a block, at most 255 x 8,192, are whole numbers that float32 holds, at half the time.

    >>> from mlops_validators.confusion import over_labels, recall_each
    >>> recall = of_label_counts(np.eye(2), np.array([[1, 0], [0, 0]]), over_labels(recall_each))
    >>> recall(np.array([[1, 1], [3, 1]]))
    array([0.5, 0.5])
    """
    labels = truth.shape[1]
    counted = np.empty((len(truth), 3 * labels), dtype=np.uint8)
    for block in blocks(len(truth)):
        inside, said = truth[block] == 1, told[block] == 1
        np.concatenate([inside & said, inside, said], axis=1, out=counted[block])

    def value(weights: Anything) -> Floats:
        found, exact = np.zeros((len(weights), 3 * labels)), np.float32 if weights.dtype == np.uint8 else np.float64
        for block in blocks(len(truth)):
            found += weights[:, block].astype(exact) @ counted[block].astype(exact)
        return combine(Counts(*found.reshape(-1, 3, labels).swapaxes(0, 1)))

    return value


def of_all_labels(truth: Anything, told: Anything, combine: Callable[[Counts], Floats]) -> Sums:
    """The same of the counts of all labels together, which are three sums; `truth`, `told` of shape (rows, labels).

    >>> from mlops_validators.confusion import over_all, recall_each
    >>> recall = of_all_labels(np.eye(2), np.array([[1, 0], [0, 0]]), over_all(recall_each))
    >>> recall(np.array([[1, 1], [3, 1]]))
    array([0.5 , 0.75])
    """
    counted = np.empty((3, len(truth)), dtype=np.min_scalar_type(truth.shape[1]))
    for block in blocks(len(truth)):
        inside, said = truth[block] == 1, told[block] == 1
        counted[:, block] = [np.count_nonzero(each, axis=1) for each in (inside & said, inside, said)]
    return Sums(len(truth), lambda block: [*counted[:, block]], lambda sums: combine(Counts(*sums[1:, :, None])))


def area(positive: Booleans, score: Floats) -> Kernel:
    """Area under the ROC curve of rows (n,): share of pairs in the right order, ties counting half.

    >>> area(np.array([False, False, True]), np.array([0.1, 0.5, 0.4]))(np.array([[1, 1, 1], [3, 1, 1]]))
    array([0.5 , 0.75])
    """
    negatives, positives = _ascending_rows(score, ~positive), _ascending_rows(score, positive)
    below, up_to = (_ranks_among(score, negatives, positives, side) for side in _SIDES)
    tied = not np.array_equal(below, up_to)

    def value(weights: Anything) -> Floats:
        reached = added_up(weights, negatives)
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


def _ascending_rows(score: Floats, chosen: Booleans | None = None) -> Integers:
    if chosen is None:
        return _small(np.argsort(score))
    rows = _small(np.flatnonzero(chosen))
    return rows[np.argsort(score[chosen])]


def _ranks_among(score: Floats, ranked: Integers, rows: Integers, side: Literal["left", "right"]) -> Integers:
    known, found = score[ranked], np.empty_like(rows)
    for block in blocks(len(rows)):
        found[block] = np.searchsorted(known, score[rows[block]], side=side)
    return found


def _small(index: Integers) -> Integers:
    return index.astype(np.int32) if len(index) < 2**31 else index


def added_up(weights: Anything, order: Integers) -> Anything:
    """Weights (b, n) in this order added up from the left, (b, n + 1), starting at 0; whole ones stay whole, and small.

    >>> added_up(np.array([[1, 0, 3]]), np.array([2, 0, 1]))
    array([[0, 3, 4, 4]])
    """
    whole = np.int32 if weights.dtype == np.uint8 and len(order) < 2**23 else np.int64  # 255 x 2^23 < 2^31
    dtype = whole if weights.dtype.kind in "iu" else np.float64
    sums = np.zeros((len(weights), len(order) + 1), dtype=dtype)
    for block in blocks(len(order)):
        part = sums[:, block.start + 1 : block.stop + 1]
        np.cumsum(weights.take(order[block], axis=1), axis=1, out=part)
        part += sums[:, block.start, None]
    return sums


def precision_area(positive: Booleans, score: Floats) -> Kernel:
    """Average precision of rows (n,): precision at each distinct score, weighted by the recall it adds.

    >>> precision_area(np.array([False, True]), np.array([0.9, 0.4]))(np.array([[1, 1], [0, 1]]))
    array([0.5, 1. ])
    """
    order, positives = _ascending_rows(score), _ascending_rows(score, positive)
    before, before_positive = (_ranks_among(score, rows, positives, "left") for rows in (order, positives))

    def value(weights: Anything) -> Floats:
        reached, found = added_up(weights, order), added_up(weights, positives)
        gained = np.zeros(len(weights))
        for block in blocks(len(positives)):
            told_so = (reached[:, -1:] - reached.take(before[block], axis=1)).astype(np.float64)
            hits = (found[:, -1:] - found.take(before_positive[block], axis=1)).astype(np.float64)
            precision = np.divide(hits, told_so, out=np.zeros(hits.shape), where=told_so > 0)
            gained += np.einsum("bi,bi->b", weights[:, positives[block]].astype(np.float64), precision)
        return divide(gained, found[:, -1].astype(np.float64))

    return value


def median(value: Floats) -> Kernel:
    """Weighted median of values (n,); half way when the weights are split evenly between two values.

    >>> median(np.array([3.0, 1.0]))(np.array([[1, 1], [1, 2]]))
    array([2., 1.])
    """
    order = _ascending_rows(value)

    def middle(weights: Anything) -> Floats:
        reached = added_up(weights, order)[:, 1:]
        places = [[np.searchsorted(line, line[-1] / 2, side) for side in _SIDES] for line in reached]
        return np.asarray(value[order[np.array(places)]].mean(axis=1))

    return middle
