"""Measures of the confusion matrix, for many resamples at a time: each gives (b,) values.

They need its diagonal and its margins alone, so that thousands of classes cost no more than their rows. NaN where
undefined; a mean over classes takes a class without a denominator as 0, as `measures` does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.arrays import divide

if TYPE_CHECKING:
    from mlops_validators.arrays import Floats


@dataclass(frozen=True)
class Counts:
    """Rows of each class: told right, in truth, and told so; each (b, k).

    >>> Counts(np.array([[3.0, 1.0]]), np.array([[4.0, 4.0]]), np.array([[6.0, 2.0]])).hits.shape
    (1, 2)
    """

    hits: Floats
    actual: Floats
    told: Floats


Counted = Callable[[Counts], "Floats"]


def accuracy(counts: Counts) -> Floats:
    """Share of rows told right.

    >>> accuracy(Counts(np.array([[3.0, 1.0]]), np.array([[4.0, 4.0]]), np.array([[6.0, 2.0]])))
    array([0.5])
    """
    return divide(counts.hits.sum(axis=1), counts.actual.sum(axis=1))


def balanced_accuracy(counts: Counts) -> Floats:
    """Mean recall of the classes that truth holds.

    >>> balanced_accuracy(Counts(np.array([[3.0, 1.0]]), np.array([[4.0, 2.0]]), np.array([[4.0, 2.0]])))
    array([0.625])
    """
    actual = counts.actual
    recall = np.divide(counts.hits, actual, out=np.zeros_like(actual), where=actual > 0)
    return divide(recall.sum(axis=1), np.count_nonzero(actual, axis=1).astype(np.float64))


def matthews_corrcoef(counts: Counts) -> Floats:
    """(c s - sum p_k t_k) / sqrt((s^2 - sum p_k^2) (s^2 - sum t_k^2)); 0 when one side is constant, as scikit-learn.

    >>> matthews_corrcoef(Counts(np.array([[2.0, 2.0]]), np.array([[2.0, 2.0]]), np.array([[2.0, 2.0]])))
    array([1.])
    """
    actual, told, total = counts.actual, counts.told, counts.actual.sum(axis=1)
    above = counts.hits.sum(axis=1) * total - (actual * told).sum(axis=1)
    below = np.sqrt(_unlike(told)) * np.sqrt(_unlike(actual))
    return np.asarray(np.divide(above, below, out=np.zeros_like(above), where=below > 0))


def _unlike(counts: Floats) -> Floats:
    """(sum c_k)^2 - sum c_k^2, as products of two classes: of one class exactly 0, whatever its weights."""
    before = np.cumsum(counts[:, :-1], axis=1)
    return np.asarray(2 * (counts[:, 1:] * before).sum(axis=1))


def f1_each(counts: Counts) -> Floats:
    """2 hits / (told + actual) of each class: (b, k).

    >>> f1_each(Counts(np.array([[3.0, 1.0]]), np.array([[4.0, 4.0]]), np.array([[6.0, 0.0]])))
    array([[0.6, 0.5]])
    """
    return divide(2 * counts.hits, counts.told + counts.actual)


def precision_each(counts: Counts) -> Floats:
    """Hits over what was told, of each class: (b, k).

    >>> precision_each(Counts(np.array([[3.0, 1.0]]), np.array([[4.0, 4.0]]), np.array([[6.0, 2.0]])))
    array([[0.5, 0.5]])
    """
    return divide(counts.hits, counts.told)


def recall_each(counts: Counts) -> Floats:
    """Hits over what is, of each class: (b, k).

    >>> recall_each(Counts(np.array([[3.0, 1.0]]), np.array([[4.0, 4.0]]), np.array([[6.0, 2.0]])))
    array([[0.75, 0.25]])
    """
    return divide(counts.hits, counts.actual)


def of_positive(each: Counted) -> Counted:
    """The value of class 1 of a binary task.

    >>> of_positive(recall_each)(Counts(np.array([[3.0, 1.0]]), np.array([[4.0, 4.0]]), np.array([[6.0, 2.0]])))
    array([0.25])
    """
    return lambda counts: each(counts)[:, 1]


def over_classes(each: Counted) -> Counted:
    """Mean over the classes that truth or labels hold.

    >>> over_classes(recall_each)(Counts(np.array([[3.0, 1.0]]), np.array([[4.0, 4.0]]), np.array([[6.0, 2.0]])))
    array([0.5])
    """

    def mean(counts: Counts) -> Floats:
        seen = (counts.told + counts.actual) > 0
        return divide(np.where(seen, np.nan_to_num(each(counts)), 0).sum(axis=1), seen.sum(axis=1).astype(np.float64))

    return mean


def over_all(each: Counted) -> Counted:
    """The value of the counts of all classes, or labels, together.

    >>> over_all(recall_each)(Counts(np.array([[3.0, 1.0]]), np.array([[4.0, 4.0]]), np.array([[6.0, 2.0]])))
    array([0.5])
    """

    def value(counts: Counts) -> Floats:
        together = (part.sum(axis=1, keepdims=True) for part in (counts.hits, counts.actual, counts.told))
        return each(Counts(*together))[:, 0]

    return value


def over_labels(each: Counted) -> Counted:
    """Mean over labels; one without a denominator counts as 0.

    >>> over_labels(recall_each)(Counts(np.array([[3.0, 0.0]]), np.array([[4.0, 0.0]]), np.array([[6.0, 2.0]])))
    array([0.375])
    """
    return lambda counts: np.asarray(np.nan_to_num(each(counts)).mean(axis=1))


def f1_weighted(counts: Counts) -> Floats:
    """Mean F1 of the classes, weighted by their rows in truth.

    >>> f1_weighted(Counts(np.array([[3.0, 1.0]]), np.array([[4.0, 4.0]]), np.array([[6.0, 0.0]])))
    array([0.55])
    """
    return divide((np.nan_to_num(f1_each(counts)) * counts.actual).sum(axis=1), counts.actual.sum(axis=1))
