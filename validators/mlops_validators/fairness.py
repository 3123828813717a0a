"""Disparities between groups, by fairlearn's definitions, with intervals.

Every disparity compares rates of the groups: the greatest less the least (`_difference`, 0 is best) or the least over
the greatest (`_ratio`, 1 is best). With more than two groups these are the extremes; equalized odds takes the worse of
its two rates.

| name | rates |
|---|---|
| `demographic_parity` | selection rate: P(label 1) |
| `equal_opportunity` | true positive rate: P(label 1 given truth 1) |
| `equalized_odds` | true positive rate and false positive rate: P(label 1 given truth 0) |
| `predictive_parity` | precision: P(truth 1 given label 1) |

Whether groups are alike is asked of every pair: a disparity keeps a bound only if each pair does, so each is held
against it by its own interval, uncorrected (the intersection-union test; Berger 1982). The greatest of many differences
comes out large by chance, so a bound is broken only where a pair breaks it by an interval that allows for the number of
pairs and rates (Holm 1979, whose first step is Bonferroni's). No draws are needed: see `pairs`.

Source: Hardt, Price and Srebro, "Equality of Opportunity in Supervised Learning" (2016).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mlops_validators.arrays import binary_labels, confidence_level, row_weights, same_length, zeros_and_ones
from mlops_validators.blocks import BLOCK, blocks
from mlops_validators.categories import categories, crossed
from mlops_validators.clusters import Clustered, clustered_rates
from mlops_validators.interval import Interval
from mlops_validators.pairs import Rates, differences, ratios

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from mlops_validators.arrays import Anything, Floats, Integers
    from mlops_validators.categories import Categories

SELECTION, TRUE_POSITIVE, FALSE_POSITIVE, PRECISION = range(4)
RATES = ("selection rate", "true positive rate", "false positive rate", "precision")
_COMPARED = {
    "demographic_parity": (SELECTION,),
    "equal_opportunity": (TRUE_POSITIVE,),
    "equalized_odds": (TRUE_POSITIVE, FALSE_POSITIVE),
    "predictive_parity": (PRECISION,),
}
DISPARITIES = tuple(f"{kind}_{form}" for kind in _COMPARED for form in ("difference", "ratio"))
MOST_GROUPS = 200


@dataclass(frozen=True)
class Groups:
    """How often each truth and label occurs in each group; all that disparities see.

    >>> Groups(("f", "m"), np.array([[[4, 1], [2, 3]], [[3, 2], [1, 4]]])).rows("equal_opportunity_ratio")
    5
    """

    names: tuple[str, ...]
    counts: Integers
    """Shape (groups, 2, 2): truth, then label."""
    clustered: tuple[Clustered, ...] | None = None
    """Of each rate, where rows depend on each other or count unequally."""
    weighted: Floats | None = None
    """As `counts`, of the rows' weights."""

    @property
    def rates(self) -> Floats:
        """Selection, true positive, false positive rate and precision of each group, (groups, 4); NaN if undefined."""
        return _rates_of_counts(self.counts.astype(np.float64) if self.weighted is None else self.weighted)

    def rows(self, name: str) -> int:
        """The fewest rows that a rate of this disparity rests on: what a gate's `min_rows` is about."""
        return int(denominators(self.counts)[:, compared_rates(name)].min())


def count_groups(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    by: ArrayLike | Sequence[ArrayLike],
    *,
    clusters: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Groups:
    """Counts of truth and label in each group.

    Args:
        y_true: 0 and 1, shape (n,).
        y_pred: the decided labels, 0 and 1, shape (n,).
        by: a protected attribute, shape (n,), or a list of several, whose combinations are the groups. A missing
            value is a group of its own: whom nobody asked may be treated worst.
        clusters: what rows share that depend on each other, such as a customer, shape (n,).
        weights: what each row counts in the rates, finite numbers above 0, shape (n,); rates rest on fewer rows then.

    Raises:
        ValueError: an array is malformed, `y_true` has one class, or there is one group only.

    >>> groups = count_groups([0, 1, 1, 1], [0, 1, 0, 1], ["f", "f", "m", "m"])
    >>> groups.names, groups.rates[:, TRUE_POSITIVE]
    (('f', 'm'), array([1. , 0.5]))
    """
    truth = binary_labels("y_true", y_true)
    label = zeros_and_ones("y_pred", y_pred, "must be labels, 0 or 1; decide them from scores by a threshold")
    found = groups_by(by)
    rows = same_length(y_true=truth, y_pred=label, by=found.codes)
    if len(found.names) < 2:
        raise ValueError(f"one group only ({found.names[0]}): there is nothing to compare")
    counts = np.zeros(4 * len(found.names), dtype=np.intp)
    for block in blocks(rows, max(BLOCK, len(counts))):
        counts += np.bincount(4 * found.codes[block] + 2 * truth[block] + label[block], minlength=len(counts))
    groups = Groups(found.names, counts.reshape(-1, 2, 2))
    if clusters is None and weights is None:
        return groups
    weight = None if weights is None else row_weights(weights, rows)
    shared = np.arange(rows) if clusters is None else categories(clusters, name="clusters").codes
    same_length(y_true=truth, clusters=shared)
    return _clustered(groups, (truth, label), found.codes, shared, weight)


def _clustered(
    groups: Groups, decided: tuple[Integers, Integers], codes: Integers, shared: Integers, weight: Floats | None
) -> Groups:
    """The groups with what their rates rest on, where rows share a cluster or count unequally; (n,) each."""
    truth, label = decided
    if weight is not None:
        summed = np.bincount(4 * codes + 2 * truth + label, weights=weight, minlength=groups.counts.size)
        groups = replace(groups, weighted=np.asarray(summed.reshape(-1, 2, 2), dtype=np.float64))
    each = (
        clustered_rates(*rows_of(rate, *decided), groups.rates[:, rate], codes, shared, weight)
        for rate in range(len(RATES))
    )
    return replace(groups, clustered=tuple(each))


def groups_by(by: ArrayLike | Sequence[ArrayLike]) -> Categories:
    """The group of each row, by one attribute (n,) or a list of several; see `count_groups`.

    Raises:
        ValueError: an attribute is malformed, or they differ in length.

    >>> groups_by(["f", "m"]).names
    ('f', 'm')
    """
    several = isinstance(by, list | tuple) and len(by) > 0 and np.ndim(by[0]) == 1
    return crossed(by, name="by") if several else categories(by, name="by")  # type: ignore[arg-type]


def disparity(name: str, groups: Groups) -> float:
    """One of `DISPARITIES`, between 0 and 1: of a difference 0 is best, of a ratio 1.

    Raises:
        ValueError: the name is unknown, or a rate is undefined because a group has no such row.

    >>> disparity("equal_opportunity_difference", count_groups([0, 1, 1, 1], [0, 1, 0, 1], ["f", "f", "m", "m"]))
    0.5
    """
    for rate in compared_rates(name):
        if (lacking := np.flatnonzero(np.isnan(groups.rates[:, rate]))).size:
            raise ValueError(f"{name} is undefined: group {groups.names[lacking[0]]} has no row for its {RATES[rate]}")
    value = _disparity(name, groups.rates[:, compared_rates(name)])
    if np.isnan(value):
        raise ValueError(f"{name} is undefined: a rate is 0 in every group")
    return 1 - value if name.endswith("_ratio") else value


def disparity_interval(name: str, groups: Groups, *, confidence: float = 0.95) -> Interval:
    """A disparity with the interval by which every pair of groups together keeps a bound, or one of them breaks it.

    Args:
        name: one of `DISPARITIES`.
        groups: at most 200, because each is compared with each.
        confidence: level of the interval.

    Raises:
        ValueError: as `disparity`, or there are more groups.

    Source: Berger, "Multiparameter Hypothesis Testing and Acceptance Sampling" (Technometrics 1982); Holm 1979; of each
    pair as `pairs`.

    >>> groups = Groups(("f", "m"), np.array([[[400, 100], [200, 300]], [[300, 200], [100, 400]]]))
    >>> found = disparity_interval("equalized_odds_difference", groups)
    >>> round(found.value, 2), round(found.low, 2), round(found.high, 2)
    (0.2, 0.13, 0.25)
    """
    confidence_level(confidence)
    if (many := len(groups.names)) > MOST_GROUPS:
        raise ValueError(f"{many:,} groups are more than the {MOST_GROUPS} that are compared each with each")
    value, tail = disparity(name, groups), (1 - confidence) / 2
    each = [_group_rates(groups, rate, tail) for rate in compared_rates(name)]
    among = len(each) * many * (many - 1)  # either of a pair may be ahead
    apart = ~np.eye(many, dtype=bool)
    if name.endswith("_ratio"):
        low = min(float(ratios(rates, tail)[0][apart].min()) for rates in each)
        high = min(float(ratios(rates, tail / among)[1][apart].min()) for rates in each)
        return Interval(value, low, max(value, min(high, 1.0)), "pairs", confidence)
    low = max(float(differences(rates, tail / among)[0][apart].max()) for rates in each)
    high = max(float(differences(rates, tail)[1][apart].max()) for rates in each)
    return Interval(value, min(value, max(low, 0.0)), high, "pairs", confidence)


def rows_of(rate: int, truth: Integers, label: Integers) -> tuple[Any, Integers]:
    """Which rows a rate counts, and which of them are hits, (n,) and (n,); of truth and labels, (n,) each.

    >>> rows_of(TRUE_POSITIVE, np.array([0, 1]), np.array([1, 1]))
    (array([False,  True]), array([1, 1]))
    """
    within = (np.ones(len(truth), dtype=bool), truth == 1, truth == 0, label == 1)
    return within[rate], truth if rate == PRECISION else label


def _group_rates(groups: Groups, rate: int, tail: float) -> Rates:
    values, trials = groups.rates[:, rate], denominators(groups.counts)[:, rate].astype(np.float64)
    if groups.clustered is None:
        return Rates(values, trials, np.eye(len(values)))
    found = groups.clustered[rate]
    return Rates(values, np.minimum(found.trials(tail), trials), found.correlation)


def compared_rates(name: str) -> list[int]:
    """The rates that a disparity compares.

    Raises:
        ValueError: there is none of this name.

    >>> [RATES[rate] for rate in compared_rates("equalized_odds_ratio")]
    ['true positive rate', 'false positive rate']
    """
    if name not in DISPARITIES:
        raise ValueError(f"no disparity `{name}`; there are {', '.join(DISPARITIES)}")
    return list(_COMPARED[name.rsplit("_", 1)[0]])


def denominators(counts: Anything) -> Floats:
    """What the rates are rates of, (groups, 4), from counts (groups, 2, 2).

    >>> denominators(np.array([[[4, 1], [2, 3]]]))
    array([[10,  5,  5,  4]])
    """
    actual, told = counts.sum(axis=2), counts.sum(axis=1)
    return np.stack([actual.sum(axis=1), actual[:, 1], actual[:, 0], told[:, 1]], axis=1)


def _rates_of_counts(counts: Floats) -> Floats:
    """Rates (groups, 4) from counts (groups, 2, 2)."""
    above = np.stack([counts.sum(axis=1)[:, 1], counts[:, 1, 1], counts[:, 0, 1], counts[:, 1, 1]], axis=1)
    below = denominators(counts)
    return np.asarray(np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0))


def _disparity(name: str, rates: Floats) -> float:
    """How far groups are apart, from rates (groups, r): 0 is equal; of several rates the worst."""
    least, greatest = rates.min(axis=0), rates.max(axis=0)
    if name.endswith("_difference"):
        return float((greatest - least).max())
    ratio = np.divide(least, greatest, out=np.full(least.shape, np.nan), where=greatest > 0)
    return float((1 - ratio).max())
