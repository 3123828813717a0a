"""What a measure and its kernel both read of rows and their outcomes, so that they can't differ in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.blocks import blocks

if TYPE_CHECKING:
    from mlops_validators.arrays import Anything, Floats


def check_nonzero(truth: Floats) -> None:
    """What a relative error needs of the truth (n,).

    Raises:
        ValueError: a value is 0.

    >>> check_nonzero(np.array([1.0, 2.0]))
    """
    if not truth.all():
        raise ValueError("mean_absolute_percentage_error is undefined where `y_true` is 0")


def check_varies(truth: Floats) -> None:
    """What a share of the variance needs of the truth (n,), or of each target (n, k).

    Raises:
        ValueError: it is constant.

    >>> check_varies(np.array([1.0, 2.0]))
    """
    if np.any(truth.min(axis=0) == truth.max(axis=0)):
        raise ValueError("a share of the variance is undefined: `y_true` is constant")


def squared_distance(truth: Anything, read: Floats) -> Floats:
    """Of each row's probabilities from its outcome, (n,); of a matrix the sum over classes.

    >>> squared_distance(np.array([1, 0]), np.array([0.5, 0.0]))
    array([0.25, 0.  ])
    >>> squared_distance(np.array([1]), np.array([[0.5, 0.5]]))
    array([0.5])
    """
    found = np.empty(len(read))
    for block in blocks(len(read)):
        if read.ndim == 1:
            found[block] = (truth[block] - read[block]) ** 2
        else:
            apart = read[block].copy()
            apart[np.arange(len(apart)), truth[block]] -= 1
            found[block] = np.einsum("ij,ij->i", apart, apart)
    return found


def top_label(truth: Anything, read: Floats) -> tuple[Anything, Floats]:
    """Whether the most probable class was right, and its probability: of truth (n,) and probabilities (n, k).

    >>> top_label(np.array([1, 1]), np.array([[0.2, 0.8], [0.6, 0.4]]))
    (array([1, 0], dtype=int8), array([0.8, 0.6]))
    """
    return (read.argmax(axis=1) == truth).view(np.int8), read.max(axis=1)


def ranking_precision(truth: Anything, read: Floats) -> Floats:
    """Of each row the mean, over its labels, of the share of labels among those scored no lower; 1 where all or none
    are, (n,). Source: scikit-learn's `label_ranking_average_precision_score`, whose mean this has.

    >>> ranking_precision(np.array([[1, 0, 0], [0, 0, 1]]), np.array([[0.75, 0.5, 1], [1, 0.2, 0.1]])).round(3)
    array([0.5  , 0.333])
    """
    held = truth == 1
    share, count = np.zeros(len(read)), held.sum(axis=1)
    for label in range(read.shape[1]):
        above = read >= read[:, [label]]
        hits, ranked = (above & held).sum(axis=1), above.sum(axis=1)
        share += np.where(held[:, label], hits / ranked, 0.0)
    return np.where((count == 0) | (count == read.shape[1]), 1.0, share / np.maximum(count, 1))


def present(truth: Anything, read: Floats) -> Anything:
    """All class codes, of truth (n,) and probabilities (n, k).

    Raises:
        ValueError: a class has no row, so that its area is undefined.

    >>> present(np.array([1, 0]), np.array([[0.2, 0.8], [0.6, 0.4]]))
    array([0, 1])
    """
    counts = np.bincount(truth, minlength=read.shape[1])
    if missing := np.flatnonzero(counts == 0).tolist():
        raise ValueError(f"roc_auc_ovr is undefined: no row is of class {', '.join(map(str, missing))}")
    return np.arange(read.shape[1])
