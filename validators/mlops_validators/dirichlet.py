"""Intervals for measures of decided labels, from what their counts leave open about the shares of rows.

Rows of equal truth and label are alike, so that a confusion matrix says all; of two models there is a cell for each
triple of truth and both labels. A resample of the rows never holds a cell that no row is in: two models that told 75
positives alike would be alike for certain. Here the shares are drawn from their posterior instead, with one made-up row
for each model spread evenly over all cells, and the ends are quantiles of the measure over the draws. Before the upper
end is drawn half a row more is put where it raises the measure most, before the lower one where it lowers it most.

Source: Gelman et al., "Bayesian Data Analysis" (2013), 3.4; for why such a prior covers as intervals should Brown, Cai
and DasGupta, "Interval Estimation for a Binomial Proportion" (2001).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.blocks import blocks
from mlops_validators.bootstrap import check_resamples, percentile
from mlops_validators.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlops_validators.arrays import Floats, Integers
    from mlops_validators.weighted import Kernel

CHUNK = 64_000  # shares held at a time


def cell_interval(  # noqa: PLR0913  what was counted, then how the interval is made
    truth: Integers,
    labels: Sequence[Integers],
    classes: int,
    measure: Callable[[Integers, Sequence[Integers]], Kernel],
    *,
    confidence: float,
    resamples: int,
    seed: int,
) -> Interval:
    """The measure of the confusion matrix, in its unit and direction, with its interval.

    Args:
        truth: codes, shape (n,).
        labels: of each model, shape (n,).
        classes: how many there are.
        measure: prepares the kernel from the truth and the labels of the cells.
        confidence: level of the interval.
        resamples: draws, at least 100.
        seed: of the draws.

    Raises:
        ValueError: there are fewer draws.

    >>> from mlops_validators.confusion import accuracy
    >>> from mlops_validators.weighted import of_counts
    >>> found = cell_interval(np.array([0, 1] * 50), [np.array([0, 1] * 50)], 2,
    ...     lambda truth, told: of_counts(truth, told[0], 2, accuracy), confidence=0.95, resamples=1000, seed=0)
    >>> found.value, 0.93 < found.low < 0.99
    (1.0, True)
    """
    check_resamples(resamples)
    shape = (classes,) * (1 + len(labels))
    cells = np.unravel_index(np.arange(np.prod(shape)), shape)
    counts = np.zeros(len(cells[0]), dtype=np.intp)
    for block in blocks(len(truth)):
        counts += np.bincount(
            np.ravel_multi_index([side[block] for side in (truth, *labels)], shape), minlength=len(counts)
        )
    kernel = measure(cells[0], cells[1:])
    value = float(kernel(counts[None])[0])
    share: Floats = np.add(counts, len(labels) / len(counts), dtype=np.float64)
    worst, best = (_drawn(kernel, each, resamples, seed) for each in _leaning_counts(kernel, share))
    low, high = percentile(worst, confidence)[0], percentile(best, confidence)[1]
    return Interval(value, min(low, value), max(high, value), "dirichlet", confidence)


def _leaning_counts(kernel: Kernel, share: Floats) -> tuple[Floats, Floats]:
    shifted = share + 0.5 * np.eye(len(share))
    value = kernel(shifted)
    return shifted[np.argmin(value)], shifted[np.argmax(value)]


def _drawn(kernel: Kernel, counts: Floats, resamples: int, seed: int) -> Floats:
    rng, size = np.random.Generator(np.random.SFC64(seed)), max(1, CHUNK // len(counts))
    sizes = [min(size, resamples - start) for start in range(0, resamples, size)]
    return np.concatenate([kernel(rng.standard_gamma(counts, (each, len(counts)))) for each in sizes])
