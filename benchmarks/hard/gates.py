"""Gates of every kind, each with a truth that lies at its bound: a data set and what the gate says of it.

A disparity's groups are given their rates, so that it is known; a slice is drawn so that its area is the bound; times
of calls follow a law whose 99th percentile is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri
from scipy.stats import lognorm

from mlops_spec.gates.kinds.latency import percentile_interval
from mlops_validators import interval, judge, judge_non_inferior, paired_difference
from mlops_validators.fairness import count_groups, disparity_interval
from mlops_validators.fairness_change import disparity_change
from mlops_validators.slices import Slice, judge_slices, worst
from mlops_validators.weak_slices import judge_search, search_slices

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Draw = Callable[[np.random.Generator, int], str]
    Array = npt.NDArray[np.float64]

RESAMPLES = 200


def _fair(rates: tuple[float, ...], shares: tuple[float, ...], rows: int, weighted: bool = False) -> Draw:
    """The greatest difference of selection rates at its bound."""
    most = max(rates) - min(rates)

    def drawn(rng: np.random.Generator, _: int) -> str:
        group = rng.choice(len(rates), rows, p=shares)
        likely = rng.random(rows) < 0.5
        shift = np.where(likely, 0.05, -0.05) if weighted else 0.0
        label = (rng.random(rows) < np.array(rates)[group] + shift).astype(int)
        weight = np.where(likely, 3.0, 1.0) * rng.exponential(1, rows) + 0.01 if weighted else None
        groups = count_groups(rng.integers(0, 2, rows), label, group, weights=weight)
        found = disparity_interval("demographic_parity_difference", groups)
        return judge(found, maximum=most, rows=groups.rows("demographic_parity_difference")).verdict

    return drawn


def _equal_opportunity(rng: np.random.Generator, _: int) -> str:
    """True positive rates .8 and .7, one group of a twentieth, a fifth positive."""
    group, truth = (rng.random(6000) < 0.05).astype(int), (rng.random(6000) < 0.2).astype(int)
    label = (rng.random(6000) < np.where(truth == 1, 0.8 - 0.1 * group, 0.1)).astype(int)
    groups = count_groups(truth, label, group)
    found = disparity_interval("equal_opportunity_difference", groups)
    return judge(found, maximum=0.1, rows=groups.rows("equal_opportunity_difference")).verdict


def _ratio(rng: np.random.Generator, _: int) -> str:
    """Selection rates .10 and .08: a ratio of .8."""
    group = rng.integers(0, 2, 4000)
    label = (rng.random(4000) < np.array([0.1, 0.08])[group]).astype(int)
    groups = count_groups(rng.integers(0, 2, 4000), label, group)
    found = disparity_interval("demographic_parity_ratio", groups)
    return judge(found, minimum=0.8, rows=groups.rows("demographic_parity_ratio")).verdict


def _of_customers(rng: np.random.Generator, _: int) -> str:
    """Eight rows of each of 300 customers, of whom most are decided alike."""
    by = np.repeat(rng.integers(0, 2, 300), 8)
    tends = np.repeat(rng.random(300), 8) < np.where(by == 1, 0.55, 0.45)
    own = rng.random(2400) < 0.5 + 0.05 * (2 * by - 1)
    label = np.where(rng.random(2400) < 0.8, tends, own).astype(int)
    groups = count_groups(rng.integers(0, 2, 2400), label, by, clusters=np.repeat(np.arange(300), 8))
    found = disparity_interval("demographic_parity_difference", groups)
    return judge(found, maximum=0.1, rows=groups.rows("demographic_parity_difference")).verdict


def _moved(rng: np.random.Generator, _: int) -> str:
    """Beside an anchor: the candidate selects .02 less of the smaller group."""
    group, tells = (rng.random(5000) < 0.2).astype(int), rng.random(5000)
    before = (tells < 0.4 - 0.1 * group).astype(int)
    after = (tells < 0.4 - 0.12 * group).astype(int)
    change = disparity_change("demographic_parity_difference", rng.integers(0, 2, 5000), (after, before), group)
    return judge_non_inferior(change, 0.02, False, rows=5000).verdict


def _scored(rng: np.random.Generator, rows: int, area: float, rate: float = 0.25) -> tuple[Array, Array]:
    truth = (rng.random(rows) < rate).astype(int)
    return truth, rng.normal(size=rows) + np.sqrt(2) * float(ndtri(area)) * truth


def _parts(rng: np.random.Generator, areas: tuple[float, ...], rows: int) -> tuple[Array, Array, Array]:
    drawn = [_scored(rng, rows, area) for area in areas]
    truth, score = (np.concatenate(each) for each in zip(*drawn, strict=True))
    return truth, 1 / (1 + np.exp(-score)), np.repeat(np.arange(len(areas)), rows)


def _slice(areas: tuple[float, ...], rows: int) -> Draw:
    """Named slices, the worst at the bound."""

    def drawn(rng: np.random.Generator, seed: int) -> str:
        truth, score, by = _parts(rng, areas, rows)
        slices = {
            str(value): Slice(rows, interval("roc_auc", truth[by == value], score[by == value], seed=seed))
            for value in range(len(areas))
        }
        return worst(judge_slices(slices, minimum=min(areas), min_rows=100).values()).verdict

    return drawn


def _weak(areas: tuple[float, ...], rows: int, depth: int) -> Draw:
    """A search over one column that matters and two that do not."""

    def drawn(rng: np.random.Generator, seed: int) -> str:
        truth, score, by = _parts(rng, areas, rows)
        columns = {"by": by.astype(str), "noise": rng.normal(size=len(by)), "more": rng.integers(0, 3, len(by))}
        how = {"min_rows": 200, "depth": depth, "seed": seed, "resamples": RESAMPLES}
        return judge_search(search_slices("roc_auc", truth, score, columns, **how), minimum=min(areas))[0].verdict

    return drawn


def _perturbed(measure: str, most: float, rows: int) -> Draw:
    """A tenth of the inputs is replaced by others': the same model's answers before and after."""

    def drawn(rng: np.random.Generator, seed: int) -> str:
        truth, score, hurt = _damaged(rng, rows)
        found = paired_difference(measure, truth, score, hurt, seed=seed, resamples=RESAMPLES)
        return judge(found, maximum=most, rows=rows).verdict

    return drawn


def _damaged(rng: np.random.Generator, rows: int) -> tuple[Array, Array, Array]:
    truth, signal = _scored(rng, rows, 0.8)
    hurt = np.where(rng.random(rows) < 0.1, rng.permutation(signal), signal)
    return truth, 1 / (1 + np.exp(-signal)), 1 / (1 + np.exp(-hurt))


def _drop(measure: str) -> float:
    from mlops_validators import MEASURES  # noqa: PLC0415

    truth, score, hurt = _damaged(np.random.default_rng(7), 3_000_000)
    return MEASURES[measure](truth, score) - MEASURES[measure](truth, hurt)


def _latency(slow: float, calls: int) -> Draw:
    """Lognormal times, and a share of calls that take twenty times as long."""

    def times(rng: np.random.Generator, n: int) -> Array:
        return rng.lognormal(1, 0.3, n) * np.where(rng.random(n) < slow, 20, 1)

    bound = (
        float(lognorm.ppf(0.99, 0.3, scale=np.e))
        if not slow
        else float(np.quantile(times(np.random.default_rng(7), 4_000_000), 0.99))
    )

    def drawn(rng: np.random.Generator, _: int) -> str:
        return judge(percentile_interval(times(rng, calls), 0.99, 0.95), maximum=bound, rows=calls).verdict

    return drawn


CASES: dict[str, Draw] = {
    "fairness, two groups .45 and .55, 2,000 rows": _fair((0.45, 0.55), (0.5, 0.5), 2000),
    "fairness, five groups, two of them apart by .1": _fair((0.5, 0.5, 0.5, 0.45, 0.55), (0.2,) * 5, 5000),
    "fairness, one of fifty in the group": _fair((0.3, 0.2), (0.98, 0.02), 5000),
    "fairness, few selected: .02 and .04": _fair((0.02, 0.04), (0.5, 0.5), 3000),
    "fairness, rows with weights": _fair((0.45, 0.55), (0.5, 0.5), 2000, weighted=True),
    "fairness, equal opportunity of one in twenty": _equal_opportunity,
    "fairness, ratio .8 of rates near 0": _ratio,
    "fairness, 300 customers": _of_customers,
    "fairness beside its anchor, moved by the margin": _moved,
    "slice, one of four at the bound": _slice((0.7, 0.8, 0.8, 0.8), 500),
    "slice, all of four at the bound": _slice((0.7, 0.7, 0.7, 0.7), 500),
    "slice of 150 rows at the bound": _slice((0.7, 0.8), 150),
    "weak slices, one at the bound": _weak((0.7, 0.85, 0.85), 800, 1),
    "weak slices of two conditions, one at the bound": _weak((0.7, 0.85, 0.85), 800, 2),
    "weak slices, all at the bound": _weak((0.75, 0.75, 0.75), 800, 1),
    "robustness, drop of the area": _perturbed("roc_auc", _drop("roc_auc"), 1500),
    "robustness, drop of average precision": _perturbed("average_precision", _drop("average_precision"), 1500),
    "latency, lognormal, 400 calls": _latency(0.0, 400),
    "latency, one call in 100 slow, 1,000 calls": _latency(0.012, 1000),
}
"""By what the line says: of a random generator and a seed, the verdict."""
