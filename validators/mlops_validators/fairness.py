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

All of them are functions of how often each (group, truth, label) occurs. So the bootstrap draws those counts, at a cost
that does not grow with the rows. Source: Hardt, Price and Srebro, "Equality of Opportunity in Supervised Learning"
(2016).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.arrays import binary_labels, confidence_level, same_length, zeros_and_ones
from mlops_validators.blocks import BLOCK, blocks
from mlops_validators.bootstrap import quantile
from mlops_validators.categories import categories, crossed
from mlops_validators.interval import Interval
from mlops_validators.inversion import lower_end

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from mlops_validators.arrays import Floats, Integers

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
_SMOOTHING = 0.5  # added to each count that is drawn from, so that a rate of 0 or 1 has an error too


@dataclass(frozen=True)
class Groups:
    """How often each truth and label occurs in each group; all that disparities see.

    >>> Groups(("f", "m"), np.array([[[4, 1], [2, 3]], [[3, 2], [1, 4]]])).rows("equal_opportunity_ratio")
    5
    """

    names: tuple[str, ...]
    counts: Integers
    """Shape (groups, 2, 2): truth, then label."""

    @property
    def rates(self) -> Floats:
        """Selection, true positive, false positive rate and precision of each group, (groups, 4); NaN if undefined."""
        return np.asarray(_rates(self.counts[None].astype(np.float64))[0])

    def rows(self, name: str) -> int:
        """The fewest rows that a rate of this disparity rests on: what a gate's `min_rows` is about."""
        actual, told = self.counts.sum(axis=2), self.counts.sum(axis=1)
        under = np.stack([self.counts.sum(axis=(1, 2)), actual[:, 1], actual[:, 0], told[:, 1]], axis=1)
        return int(under[:, _compared(name)].min())


def count_groups(y_true: ArrayLike, y_pred: ArrayLike, by: ArrayLike | Sequence[ArrayLike]) -> Groups:
    """Counts of truth and label in each group.

    Args:
        y_true: 0 and 1, shape (n,).
        y_pred: the decided labels, 0 and 1, shape (n,).
        by: a protected attribute, shape (n,), or a list of several, whose combinations are the groups. A missing
            value is a group of its own: whom nobody asked may be treated worst.

    Raises:
        ValueError: an array is malformed, `y_true` has one class, or there is one group only.

    >>> groups = count_groups([0, 1, 1, 1], [0, 1, 0, 1], ["f", "f", "m", "m"])
    >>> groups.names, groups.rates[:, TRUE_POSITIVE]
    (('f', 'm'), array([1. , 0.5]))
    """
    truth = binary_labels("y_true", y_true)
    label = zeros_and_ones("y_pred", y_pred, "must be labels, 0 or 1; decide them from scores by a threshold")
    several = isinstance(by, list | tuple) and len(by) > 0 and np.ndim(by[0]) == 1
    found = crossed(by, name="by") if several else categories(by, name="by")  # type: ignore[arg-type]
    rows = same_length(y_true=truth, y_pred=label, by=found.codes)
    if len(found.names) < 2:
        raise ValueError(f"one group only ({found.names[0]}): there is nothing to compare")
    counts = np.zeros(4 * len(found.names), dtype=np.intp)
    for block in blocks(rows, max(BLOCK, len(counts))):
        counts += np.bincount(4 * found.codes[block] + 2 * truth[block] + label[block], minlength=len(counts))
    return Groups(found.names, counts.reshape(-1, 2, 2))


def disparity(name: str, groups: Groups) -> float:
    """One of `DISPARITIES`, between 0 and 1: of a difference 0 is best, of a ratio 1.

    Raises:
        ValueError: the name is unknown, or a rate is undefined because a group has no such row.

    >>> disparity("equal_opportunity_difference", count_groups([0, 1, 1, 1], [0, 1, 0, 1], ["f", "f", "m", "m"]))
    0.5
    """
    for rate in _compared(name):
        if (lacking := np.flatnonzero(np.isnan(groups.rates[:, rate]))).size:
            raise ValueError(f"{name} is undefined: group {groups.names[lacking[0]]} has no row for its {RATES[rate]}")
    value = float(_distances(name, groups.rates[None, :, _compared(name)])[0])
    if np.isnan(value):
        raise ValueError(f"{name} is undefined: a rate is 0 in every group")
    return 1 - value if name.endswith("_ratio") else value


def disparity_interval(
    name: str, groups: Groups, *, confidence: float = 0.95, resamples: int = 1000, seed: int = 0
) -> Interval:
    """A disparity with an interval that allows for its bias near 0 (see `inversion`); a ratio is taken as 1 less it.

    Args:
        name: one of `DISPARITIES`.
        groups: at most 200, because each is compared with each.
        confidence: level of the interval.
        resamples: draws of the counts.
        seed: of the draws.

    Raises:
        ValueError: as `disparity`, or there are more groups.

    >>> groups = Groups(("f", "m"), np.array([[[400, 100], [200, 300]], [[300, 200], [100, 400]]]))
    >>> found = disparity_interval("equalized_odds_difference", groups)
    >>> round(found.value, 2), round(found.low, 1), round(found.high, 1)
    (0.2, 0.1, 0.3)
    """
    confidence_level(confidence)
    if len(groups.names) > MOST_GROUPS:
        raise ValueError(
            f"{len(groups.names):,} groups are more than the {MOST_GROUPS} that are compared each with each"
        )
    value = disparity(name, groups)
    rates = groups.rates[:, _compared(name)]
    pooled = _rates(groups.counts.sum(axis=0)[None, None].astype(np.float64))[0][:, _compared(name)]
    noise = _rate_errors(groups, resamples, seed)[:, :, _compared(name)]
    tail = (1 - confidence) / 2
    low = lower_end(
        lambda points: _distances(name, np.clip(points.reshape(-1, *rates.shape), 0, 1)),
        np.broadcast_to(pooled, rates.shape).ravel(),
        rates.ravel(),
        noise.reshape(resamples, -1),
        tail,
    )
    high = _farthest(name, np.clip(rates + noise, 0, 1), tail)
    ends = (1 - high, 1 - low) if name.endswith("_ratio") else (low, high)
    return Interval(value, *ends, "test inversion", confidence)


def _compared(name: str) -> list[int]:
    if name not in DISPARITIES:
        raise ValueError(f"no disparity `{name}`; there are {', '.join(DISPARITIES)}")
    return list(_COMPARED[name.rsplit("_", 1)[0]])


def _rates(counts: Floats) -> Floats:
    """Rates (b, groups, 4) from counts (b, groups, 2, 2)."""
    actual, told = counts.sum(axis=3), counts.sum(axis=2)
    above = np.stack([told[..., 1], counts[..., 1, 1], counts[..., 0, 1], counts[..., 1, 1]], axis=-1)
    below = np.stack([actual.sum(axis=2), actual[..., 1], actual[..., 0], told[..., 1]], axis=-1)
    return np.asarray(np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0))


def _distances(name: str, rates: Floats) -> Floats:
    """How far groups are apart, (b,), from rates (b, groups, r): 0 is equal; of several rates the worst."""
    least, greatest = rates.min(axis=1), rates.max(axis=1)
    if name.endswith("_difference"):
        return np.asarray((greatest - least).max(axis=1))
    ratio = np.divide(least, greatest, out=np.full(least.shape, np.nan), where=greatest > 0)
    return np.asarray((1 - ratio).max(axis=1))


def _farthest(name: str, drawn: Floats, tail: float) -> float:
    """The greatest upper end of any rate's comparison of any two groups, from draws of the rates (b, groups, r)."""
    ends = []
    for rate in np.moveaxis(drawn, 2, 0):
        for group in rate.T:
            apart = rate - group[:, None]
            if name.endswith("_ratio"):
                apart = np.divide(apart, rate, out=np.full(apart.shape, np.nan), where=rate > 0)
            ends += [quantile(column, 1 - tail, np.inf) for column in apart.T]
    return max(ends)


def _rate_errors(groups: Groups, resamples: int, seed: int) -> Floats:
    """Draws of the rates less what they are drawn around, (resamples, groups, 4)."""
    smoothed: Floats = groups.counts.astype(np.float64) + _SMOOTHING
    total = int(groups.counts.sum())
    drawn = np.random.default_rng(seed).multinomial(total, (smoothed / smoothed.sum()).ravel(), size=resamples)
    return np.asarray(
        _rates(drawn.reshape(resamples, *groups.counts.shape).astype(np.float64)) - _rates(smoothed[None])
    )
