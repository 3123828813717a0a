"""How far a disparity moved from one model's decisions to another's, on the same rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import ndtri

from mlops_validators.arrays import binary_labels, confidence_level, row_weights, zeros_and_ones
from mlops_validators.categories import categories
from mlops_validators.clusters import row_errors, summed_covariance
from mlops_validators.fairness import compared_rates, count_groups, denominators, disparity, groups_by, rows_of
from mlops_validators.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from mlops_validators.arrays import Floats, Integers
    from mlops_validators.fairness import Groups


def disparity_change(  # noqa: PLR0913
    name: str,
    y_true: ArrayLike,
    labels: tuple[ArrayLike, ArrayLike],
    by: ArrayLike | Sequence[ArrayLike],
    *,
    confidence: float = 0.95,
    clusters: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Interval:
    """How much greater a disparity is by the first labels than by the second, on the same rows.

    The greatest disparity can't have grown by more than the two groups that moved apart most, so the upper end is the
    greatest of all pairs' upper ends, and the lower one its opposite. Where no label changes all three are 0.

    Args:
        name: one of `DISPARITIES` that is a difference.
        y_true: 0 and 1, shape (n,).
        labels: two times the decided labels, each 0 and 1, shape (n,).
        by: as `count_groups`.
        confidence: level of the interval.
        clusters: as `count_groups`.
        weights: as `count_groups`.

    Raises:
        ValueError: as `disparity`, or it is a ratio.

    Source: the linearized variance of paired rates, with two more rows that differ in each group as Bonett and Price
    (2012) have it; Berger 1982 for the pairs.

    >>> rng = np.random.default_rng(0)
    >>> truth, by = rng.integers(0, 2, 1000), rng.integers(0, 3, 1000)
    >>> found = disparity_change("equal_opportunity_difference", truth, (truth, truth ^ (rng.random(1000) < 0.02)), by)
    >>> abs(found.value) < found.high < 0.06
    True
    """
    if not name.endswith("_difference"):
        raise ValueError(f"`{name}` is no difference")
    confidence_level(confidence)
    told = [zeros_and_ones("y_pred", each, "must be labels, 0 or 1; decide them from scores") for each in labels]
    one, other = (count_groups(y_true, each, by, weights=weights) for each in told)
    value = disparity(name, one) - disparity(name, other)
    if np.array_equal(told[0], told[1]):
        return Interval(value, 0.0, 0.0, "pairs", confidence)
    rows = _Rows(
        truth := binary_labels("y_true", y_true),
        groups_by(by).codes,
        np.arange(len(truth)) if clusters is None else categories(clusters, name="clusters").codes,
        None if weights is None else row_weights(weights, len(truth)),
    )
    decided = ((told[0], one), (told[1], other))
    z = float(-ndtri((1 - confidence) / 2))
    end = max(_furthest_apart(rate, rows, decided, z) for rate in compared_rates(name))
    return Interval(value, -end, end, "pairs", confidence)


class _Rows(NamedTuple):
    """What both models decided on, (n,) each; no weights: each row counts 1."""

    truth: Integers
    group: Integers
    cluster: Integers
    weight: Floats | None


def _furthest_apart(rate: int, rows: _Rows, decided: Sequence[tuple[Integers, Groups]], z: float) -> float:
    """The greatest upper end of all pairs of groups: by how much a rate of one rose more than the other's."""
    (_, one), (_, other) = decided
    first, second = (
        row_errors(*rows_of(rate, rows.truth, label), counted.rates[:, rate], rows.group, rows.weight)
        for label, counted in decided
    )
    trials = np.minimum(*(_effective_trials(each, rate) for each in (one, other)))
    covariance = summed_covariance(first - second, rows.group, rows.cluster, len(one.names)) + np.diag(2 / trials**2)
    moved, spread = one.rates[:, rate] - other.rates[:, rate], np.diag(covariance)
    variance = spread[:, None] + spread - 2 * covariance
    return float((moved[:, None] - moved + z * np.sqrt(np.maximum(variance, 0))).max())


def _effective_trials(groups: Groups, rate: int) -> Floats:
    counted = denominators(groups.counts)[:, rate].astype(np.float64)
    if groups.weighted is None or groups.clustered is None:
        return np.asarray(counted)
    return np.clip(groups.clustered[rate].effective, 1.0, np.maximum(counted, 1.0))
