"""Resampling: random row weights, and the interval that a measure's replicates give.

Weights are drawn for whole chunks of resamples. Up to `EXACT_ROWS` rows they are multinomial, the bootstrap as
written in the books; beyond, each row gets an independent Poisson(1) weight, which every measure normalises by the
total: 20 times faster, and the same law up to a factor 1 + 1/n in the variance.

Source: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), 14; Hanley and MacGibbon, "Creating
non-parametric bootstrap samples using Poisson frequencies" (2006).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import exp, factorial
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from mlops_validators.arrays import Anything, Floats, Integers
from mlops_validators.blocks import blocks

Kernel = Callable[[Anything], Floats]
EXACT_ROWS = 1000
CHUNK = 32_000  # weights held at a time
JACKKNIFE_GROUPS = 200
FEWEST_RESAMPLES = 100


@dataclass(frozen=True)
class Design:
    """How rows were drawn, hence how to draw them again.

    >>> Design(np.array([3, 1])).rows
    4
    """

    counts: Integers
    """How often each distinct row stands in the data, shape (n,); ones where rows are not merged."""
    cluster: Integers | None = None
    """Code of the group that each row belongs to; groups are drawn whole."""
    stratum: Integers | None = None
    """Code of the stratum; each keeps its number of rows."""
    weight: Floats | None = None
    """What each row counts in the measure; it is drawn as often as any."""
    called: str = "rows"
    """What the rows are where they are no single ones."""

    @property
    def named(self) -> str:
        """What is drawn, as a message names it."""
        return self.called if self.cluster is None else "groups"

    @property
    def alone(self) -> bool:
        """Whether rows are drawn one by one, and count alike."""
        return self.cluster is None and self.stratum is None and self.weight is None

    @property
    def rows(self) -> int:
        """How many there are, before equal ones were merged."""
        return int(self.counts.sum())

    @cached_property
    def clusters(self) -> int:
        """How many groups there are."""
        assert self.cluster is not None
        return int(self.cluster.max()) + 1

    @cached_property
    def of_groups(self) -> Design:
        """Its groups, drawn one by one: what a kernel needs that knows each group's sums, and no rows."""
        return replace(single(self.clusters), called="groups")

    @cached_property
    def strata(self) -> tuple[Integers, Integers, Integers]:
        """Rows in the order of their strata, and for each place there: where its stratum begins, and its size."""
        assert self.stratum is not None
        order = np.argsort(self.stratum, kind="stable").astype(_index_type(len(self.stratum)))
        size = np.bincount(self.stratum).astype(order.dtype)
        return order, np.repeat(np.cumsum(size, dtype=order.dtype) - size, size), np.repeat(size, size)


def single(rows: int) -> Design:
    """Rows drawn one by one, none merged; the ones take no memory.

    >>> single(3).rows
    3
    """
    return Design(np.broadcast_to(np.uint8(1), rows))


def _index_type(rows: int) -> type[np.signedinteger[Any]]:
    return np.int32 if rows < 2**31 else np.int64


def replicates(
    kernels: Sequence[Kernel], design: Design, *, resamples: int, seed: int, together: int = 1
) -> list[Floats]:
    """Each measure on the same resamples, of shape (resamples,); the same seed gives the same numbers.

    Args:
        kernels: of the measures.
        design: how to draw.
        resamples: how many.
        seed: of the draws.
        together: how many resamples the kernels get at a time at least, if there are as many; they are the same ones.

    Raises:
        ValueError: fewer than 100 resamples, which say nothing about the tails.

    >>> kernels = [lambda weights: weights @ np.arange(5.0), lambda weights: weights @ np.arange(5.0) / 5]
    >>> total, mean = replicates(kernels, single(5), resamples=100, seed=0)
    >>> bool(np.allclose(total, 5 * mean))
    True
    """
    check_resamples(resamples)
    rng = np.random.Generator(np.random.SFC64(seed))
    size = max(1, CHUNK // len(design.counts))
    sizes = [min(size, resamples - start) for start in range(0, resamples, size)]
    several = max(1, together // size)
    drawn = (_drawn(design, rng, sizes[start : start + several]) for start in range(0, len(sizes), several))
    parts = [[kernel(weights) for kernel in kernels] for weights in drawn]
    return [np.concatenate(each) for each in zip(*parts, strict=True)]


def _drawn(design: Design, rng: np.random.Generator, sizes: Sequence[int]) -> Anything:
    """Weights of so many chunks, (their resamples, n); one after the other, so that no more than one is held twice."""
    first = draw(design, rng, sizes[0])
    if len(sizes) == 1:
        return first
    held = np.empty((sum(sizes), first.shape[1]), first.dtype)
    held[: sizes[0]] = first
    for place, size in zip(np.cumsum(sizes), sizes[1:], strict=False):
        held[place : place + size] = draw(design, rng, size)
    return held


def check_resamples(resamples: int) -> None:
    """That there are enough.

    Raises:
        ValueError: there are fewer than 100.

    >>> check_resamples(1000)
    """
    if resamples < FEWEST_RESAMPLES:
        raise ValueError(f"`resamples` is {resamples}; fewer than {FEWEST_RESAMPLES} say nothing about the tails")


def draw(design: Design, rng: np.random.Generator, resamples: int) -> Anything:
    """Weights of rows, shape (resamples, n).

    >>> draw(Design(np.array([3, 1])), np.random.default_rng(0), resamples=2).sum(axis=1)
    array([4, 4])
    """
    if design.cluster is not None:
        weights = _draw(np.ones(design.clusters, dtype=np.intp), rng, resamples)[:, design.cluster]
        return weights if design.counts.max() == 1 else weights * design.counts
    if design.stratum is None:
        return _draw(design.counts, rng, resamples)
    return np.stack([_draw_by_stratum(design, rng) for _ in range(resamples)])


def _draw_by_stratum(design: Design, rng: np.random.Generator) -> Integers:
    order, begin, size = design.strata
    drawn = np.empty_like(order)
    for block in blocks(len(order)):
        drawn[block] = order[begin[block] + (rng.random(len(begin[block])) * size[block]).astype(order.dtype)]
    return np.bincount(drawn, minlength=len(order)).astype(np.uint8)  # 256 times the same row: once in 10^507


def _draw(counts: Integers, rng: np.random.Generator, resamples: int) -> Anything:
    total = int(counts.sum())
    if len(counts) < total:
        return rng.multinomial(total, counts / total, size=resamples)
    if total <= EXACT_ROWS:  # the multinomial law as well, ten times faster than one binomial to each row
        places = rng.integers(0, total, (resamples, total), dtype=np.int32)
        places += np.arange(resamples, dtype=np.int32)[:, None] * total
        return np.bincount(places.ravel(), minlength=places.size).reshape(places.shape)
    weights = np.empty((resamples, len(counts)), dtype=np.uint8)
    for block in blocks(len(counts)):
        part = weights[:, block]
        part[:] = POISSON.take(rng.integers(0, len(POISSON), part.shape, dtype=np.uint16))  # half the time of an index
    return weights


def _poisson_table() -> Anything:
    """Poisson(1) by inverting its distribution function at 65,536 steps: probabilities are right within 2e-5."""
    reached = np.cumsum([exp(-1) / factorial(k) for k in range(12)])
    return np.searchsorted(reached, (np.arange(65_536) + 0.5) / 65_536).astype(np.uint8)


POISSON = _poisson_table()


def jackknife(kernel: Kernel, design: Design) -> tuple[Floats, Integers]:
    """The measure with something left out, and how often that something is there, both (m,).

    Of merged rows one row of each kind is left out; of others one of at most 200 groups of rows (or of clusters),
    which tells the skewness as well and costs the same for any number of rows.

    >>> jackknife(lambda weights: weights @ np.array([1.0, 3.0]), Design(np.array([2, 1])))
    (array([4., 2.]), array([2, 1]))
    """
    if design.cluster is None and len(design.counts) < design.rows:
        kinds = np.arange(len(design.counts))
        return _leave_out_each(kernel, kinds, lambda some: design.counts - (kinds == some[:, None])), design.counts
    units = len(design.counts) if design.cluster is None else design.clusters
    group = np.resize(np.arange(JACKKNIFE_GROUPS, dtype=np.uint8), units)
    np.random.default_rng(0).shuffle(group)
    if design.cluster is not None:
        group = group[design.cluster]
    groups = np.arange(min(units, JACKKNIFE_GROUPS))
    values = _leave_out_each(kernel, groups, lambda some: (group != some[:, None]) * design.counts, width=len(group))
    return values, np.ones(len(groups), dtype=np.intp)


def _leave_out_each(kernel: Kernel, what: Integers, without: Callable[[Integers], Integers], width: int = 0) -> Floats:
    size = max(1, CHUNK // (width or len(what)))
    return np.concatenate([kernel(without(what[start : start + size])) for start in range(0, len(what), size)])


def percentile(drawn: Floats, confidence: float) -> tuple[float, float]:
    """The middle `confidence` of the replicates (B,): low and high end, in the measure's unit.

    Source: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), 13.

    >>> percentile(np.arange(99.0), 0.5)
    (24.0, 74.0)
    """
    tail = (1 - confidence) / 2
    return quantile(drawn, tail, -np.inf), quantile(drawn, 1 - tail, np.inf)


def bca(value: float, drawn: Floats, acceleration: float, confidence: float) -> tuple[float, float]:
    """Bias-corrected and accelerated: percentiles of replicates (B,) moved by their median bias and the skewness.

    With z0 the normal quantile of the share of replicates below `value` and a the acceleration, each end is the
    replicates' quantile at Phi(z0 + (z0 + z) / (1 - a (z0 + z))), z = -+1.96 for 95 %.

    Source: Efron, "Better Bootstrap Confidence Intervals" (JASA 1987).

    >>> bca(49.0, np.arange(99.0), 0.0, 0.5)  # without bias or skewness it is the percentile interval
    (24.0, 74.0)
    """
    share = (np.count_nonzero(drawn < value) + 0.5 * np.count_nonzero(drawn == value)) / len(drawn)
    bias = float(ndtri(np.clip(share, 0.5 / len(drawn), 1 - 0.5 / len(drawn))))
    low, high = (_corrected(bias, acceleration, float(ndtri(p))) for p in ((1 - confidence) / 2, (1 + confidence) / 2))
    return quantile(drawn, low, -np.inf), quantile(drawn, high, np.inf)


def acceleration(left_out: Floats, times: Integers) -> float:
    """sum d^3 / (6 (sum d^2)^1.5) of the jackknife's distances d (m,) from their mean; 0 is no skewness.

    Each counts `times` (m,). Source: Efron, "Better Bootstrap Confidence Intervals" (JASA 1987), 6.

    >>> round(acceleration(np.array([0.0, 0.0, 3.0]), np.array([1, 1, 1])), 3)
    -0.068
    """
    distance = np.average(left_out, weights=times) - left_out
    spread = float((times * distance**2).sum())
    return float((times * distance**3).sum()) / (6 * spread**1.5) if spread > 0 else 0.0


def _corrected(bias: float, skew: float, z: float) -> float:
    below = 1 - skew * (bias + z)
    return float(ndtr(bias + (bias + z) / below)) if below > 0 else float(z > 0)


def quantile(drawn: Floats, share: float, undefined: float) -> float:
    """The (B + 1) p-th of B sorted replicates.

    Args:
        drawn: replicates, shape (B,), NaN where undefined.
        share: p.
        undefined: -inf or inf, what an undefined one counts as, so that it can only widen an interval.

    >>> quantile(np.array([3.0, 1.0, 2.0, np.nan]), 0.6, np.inf)
    3.0
    """
    filled = np.where(np.isnan(drawn), undefined, drawn)
    ranked = np.sort(filled)
    place = min(max(share * (len(ranked) + 1) - 1, 0.0), len(ranked) - 1.0)
    below, above = ranked[int(np.floor(place))], ranked[int(np.ceil(place))]
    if below == above or not np.isfinite([below, above]).all():
        return float(below if undefined < 0 else above)
    return float(below + (above - below) * (place - np.floor(place)))
