"""Measures of the confusion matrix: functions of counts (b, k, k), truth first, label second, that give (b,) values.

NaN where undefined; a mean over classes takes a class without a denominator as 0, as `measures` does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.arrays import divide

if TYPE_CHECKING:
    from mlops_validators.arrays import Floats

Counted = Callable[["Floats"], "Floats"]


def hits(counts: Floats) -> Floats:
    """Rows told right, of each class: (b, k)."""
    return np.diagonal(counts, axis1=1, axis2=2)


def accuracy(counts: Floats) -> Floats:
    """Share of rows told right."""
    return divide(hits(counts).sum(axis=1), counts.sum(axis=(1, 2)))


def balanced_accuracy(counts: Floats) -> Floats:
    """Mean recall of the classes that truth holds."""
    actual = counts.sum(axis=2)
    recall = np.divide(hits(counts), actual, out=np.zeros_like(actual), where=actual > 0)
    return divide(recall.sum(axis=1), np.count_nonzero(actual, axis=1).astype(np.float64))


def matthews_corrcoef(counts: Floats) -> Floats:
    """(c s - sum p_k t_k) / sqrt((s^2 - sum p_k^2) (s^2 - sum t_k^2)); 0 when one side is constant, as scikit-learn."""
    actual, told, total = counts.sum(axis=2), counts.sum(axis=1), counts.sum(axis=(1, 2))
    above = hits(counts).sum(axis=1) * total - (actual * told).sum(axis=1)
    below = np.sqrt((total**2 - (told**2).sum(axis=1)) * (total**2 - (actual**2).sum(axis=1)))
    return np.asarray(np.divide(above, below, out=np.zeros_like(above), where=below > 0))


def f1_each(counts: Floats) -> Floats:
    """2 hits / (told + actual) of each class: (b, k)."""
    return divide(2 * hits(counts), counts.sum(axis=1) + counts.sum(axis=2))


def precision_each(counts: Floats) -> Floats:
    """Hits over what was told, of each class: (b, k)."""
    return divide(hits(counts), counts.sum(axis=1))


def recall_each(counts: Floats) -> Floats:
    """Hits over what is, of each class: (b, k)."""
    return divide(hits(counts), counts.sum(axis=2))


def of_positive(each: Counted) -> Counted:
    """The value of class 1 of a binary task."""
    return lambda counts: each(counts)[:, 1]


def over_classes(each: Counted) -> Counted:
    """Mean over the classes that truth or labels hold."""

    def mean(counts: Floats) -> Floats:
        seen = (counts.sum(axis=1) + counts.sum(axis=2)) > 0
        return divide(np.where(seen, np.nan_to_num(each(counts)), 0).sum(axis=1), seen.sum(axis=1).astype(np.float64))

    return mean


def f1_weighted(counts: Floats) -> Floats:
    """Mean F1 of the classes, weighted by their rows in truth."""
    actual = counts.sum(axis=2)
    return divide((np.nan_to_num(f1_each(counts)) * actual).sum(axis=1), actual.sum(axis=1))
