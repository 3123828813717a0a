"""Whether a probability of 0.3 comes true three times in ten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.arrays import Floats, Integers, binary_labels, probabilities, row_weights, same_length

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

BINS = 10


def bin_index(probability: Floats, bins: int = BINS) -> Integers:
    """The bin of each probability: `bins` of equal width over [0, 1], left-closed, 1 belongs to the last.

    >>> bin_index(np.array([0.0, 0.1, 0.99, 1.0]))
    array([0, 1, 9, 9])
    """
    return np.minimum((probability * bins).astype(np.intp), bins - 1)


def expected_calibration_error(
    y_true: ArrayLike, y_prob: ArrayLike, *, weights: ArrayLike | None = None, bins: int = BINS
) -> float:
    """Mean distance of forecast and outcome over bins; 0 is best, 1 the worst.

    ECE = sum over bins b of (n_b / n) * |mean(y_true in b) - mean(y_prob in b)|, with `bins` bins of equal width.

    Args:
        y_true: 0 and 1, shape (n,); of several classes, whether the most probable one was right.
        y_prob: probability that `y_true` is 1, shape (n,).
        weights: of the rows, shape (n,).
        bins: how many; the value depends on it, so compare only values of one binning.

    Raises:
        ValueError: shapes, ranges or lengths are wrong, or `y_true` has one class.

    Source: Naeini, Cooper and Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian Binning" (AAAI 2015).

    >>> round(expected_calibration_error([0, 1, 1, 1], [0.5, 0.5, 0.9, 0.9]), 12)
    0.05
    """
    truth, probability = binary_labels("y_true", y_true), probabilities("y_prob", y_prob)
    n = same_length(y_true=truth, y_prob=probability)
    weight = np.ones(n) if weights is None else row_weights(weights, n)
    gaps = np.bincount(bin_index(probability, bins), weights=weight * (truth - probability), minlength=bins)
    return float(np.abs(gaps).sum() / weight.sum())
