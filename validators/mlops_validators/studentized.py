"""The bootstrap-t: intervals for smooth functions of sums, such as means, their roots and ratios, from resampled t.

Each resample gives the distance of its value from the measured one in its own standard errors; the quantiles of these
stand in for those of the normal law. Where few rows matter most, a resample that lacks them has a small value and a
small error too, which percentiles do not see: they miss the truth on the side that passes.

The standard error is that of the linearised function: with u_i the sum over j of dF/dT_j t_ij, for the terms t_ij of
unit i and their sums T_j, it is the root of the sum of u_i^2 (Taylor linearisation). A unit is a row, or the sum over a
whole group; of strata the sum of u over each stratum is taken off, as its mean does not vary.

Source: Efron, "Nonparametric Standard Errors and Confidence Intervals" (1981); Hall, "Theoretical Comparison of
Bootstrap Confidence Intervals" (1988); Woodruff (1971) for the linearisation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.blocks import BLOCK, blocks
from mlops_validators.bootstrap import Design, quantile
from mlops_validators.carriers import carriers, doubt_of
from mlops_validators.cells import summed
from mlops_validators.interval import Interval, unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlops_validators.arrays import Anything, Floats, Integers
    from mlops_validators.weighted import Sums

KEPT = 450_000  # numbers
STEP = 1e-4  # of a numeric derivative, in standard deviations of the sum


@dataclass(frozen=True)
class Units:
    """What is drawn: the terms of each row, or of each group added up; the weight of the rows comes first.

    >>> from mlops_validators.bootstrap import single
    >>> from mlops_validators.weighted import of_mean
    >>> units = Units(of_mean(np.array([1.0, 3.0])), single(2))
    >>> units.told(units.sums(np.array([[1, 1], [3, 1]]))).round(3)
    array([[2.   , 0.707],
           [1.5  , 0.433]])
    """

    measure: Sums
    design: Design

    def sums(self, weights: Anything) -> Floats:
        """Under weights of rows (b, n) the sums of the scaled terms, and of their products less what strata take off.

        Shape (b, k + k (k + 1) / 2) of k terms. They are all that value and error need.
        """
        drawn = weights if self._group_sums is None else weights[:, self._first_rows]
        width = len(self._scale)
        found = np.zeros((len(drawn), width + width * (width + 1) // 2))
        for block, each in self._term_products():
            found += drawn[:, block].astype(np.float64) @ each
        if self.design.stratum is not None:
            found[:, width:] -= self._stratum_products(drawn, self.design.stratum)
        return found

    def told(self, sums: Floats) -> Floats:
        """Values and standard errors, (b, 2), of what `sums` gave."""
        width = len(self._scale)
        totals, moments = sums[:, :width].T, _symmetric(sums[:, width:], width)
        slope = self._slopes(totals, moments)
        steepest = np.maximum(np.abs(slope).max(axis=0), np.finfo(np.float64).tiny)  # its square may overflow
        slope = slope / steepest
        spread = np.einsum("jb,bjk,kb->b", slope, moments, slope)
        return np.stack([self._value(totals), np.sqrt(np.maximum(spread, 0)) * steepest], axis=1)

    @cached_property
    def measured(self) -> tuple[float, float]:
        """The value of the rows as they are, and its standard error."""
        value, error = self.told(self.sums(self.design.counts[None]))[0]
        return float(value), float(error)

    @property
    def doubt(self) -> str:
        """Why the error may not be relied upon, if so: too few units carry it."""
        error = self.measured[1]
        if not 0 < error < np.inf:
            return ""
        return doubt_of(carriers(self._contributions(error)), self._size, self.design.named)

    @property
    def _size(self) -> int:
        return self.measure.rows if self._group_sums is None else len(self._group_sums)

    def _contributions(self, error: float) -> Iterator[Floats]:
        sums, width = self.sums(self.design.counts[None]), len(self._scale)
        slope = self._slopes(sums[:, :width].T, _symmetric(sums[:, width:], width))[:, 0] / error
        stratum = self.design.stratum
        if stratum is None:
            yield from (each @ slope for _, each in self._blocks())
            return
        means = np.zeros(int(stratum.max()) + 1)
        for block, each in self._blocks():
            means += summed(stratum[block], each @ slope, len(means))
        means /= np.bincount(stratum)
        yield from (each @ slope - means[stratum[block]] for block, each in self._blocks())

    @cached_property
    def _scale(self) -> Floats:
        """The greatest of each term, by which it is divided: squares of squares must not overflow."""
        greatest = np.max([np.abs(each).max(axis=0) for _, each in self._unscaled()], axis=0)
        return np.where(greatest > 0, greatest, 1.0)

    @cached_property
    def _group_sums(self) -> Floats | None:
        cluster = self.design.cluster
        if cluster is None:
            return None
        totals = np.zeros((self.design.clusters, 1 + len(self.measure.terms(slice(0, 1)))))
        for block, each in self._row_terms():
            for place, column in enumerate(each.T):
                totals[:, place] += summed(cluster[block], column, len(totals))
        return totals

    @cached_property
    def _first_rows(self) -> Integers:
        found: Integers = np.zeros(self.design.clusters, dtype=np.intp)
        for block in blocks(self.measure.rows):
            assert self.design.cluster is not None
            found[self.design.cluster[block]] = np.arange(block.start, block.stop)
        return found

    def _row_terms(self) -> Iterator[tuple[slice, Floats]]:
        weight, width = self.design.weight, 1 + len(self.measure.terms(slice(0, 1)))
        for block in blocks(self.measure.rows, max(256, 4 * BLOCK // width**2)):
            terms = self.measure.terms(block)
            matrix = np.empty((len(terms[0]), width))
            matrix[:, 0] = 1.0
            for place, term in enumerate(terms, start=1):
                matrix[:, place] = term
            yield block, matrix if weight is None else matrix * weight[block, None]

    def _unscaled(self) -> Iterator[tuple[slice, Floats]]:
        grouped = self._group_sums
        if grouped is None:
            return self._row_terms()
        size = max(256, 4 * BLOCK // grouped.shape[1] ** 2)
        return ((block, grouped[block]) for block in blocks(len(grouped), size))

    def _blocks(self) -> Iterator[tuple[slice, Floats]]:
        return ((block, each / self._scale) for block, each in self._unscaled())

    def _term_products(self) -> Iterable[tuple[slice, Floats]]:
        width = len(self._scale)
        return self._kept if self._size * width * (width + 3) // 2 <= KEPT else self._made()

    @cached_property
    def _kept(self) -> list[tuple[slice, Floats]]:
        return list(self._made())

    def _made(self) -> Iterator[tuple[slice, Floats]]:
        return ((block, _with_products(each)) for block, each in self._blocks())

    def _value(self, totals: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(self.measure.combine(totals * self._scale[:, None]))

    def _slopes(self, totals: Floats, moments: Floats) -> Floats:
        found = np.zeros_like(totals)
        for place in range(len(totals)):
            step = STEP * np.sqrt(np.maximum(moments[:, place, place], 0))
            up, down = totals.copy(), totals.copy()
            up[place] += step
            down[place] -= step
            found[place] = np.divide(self._value(up) - self._value(down), 2 * step, out=found[place], where=step > 0)
        return found

    def _stratum_products(self, drawn: Anything, stratum: Integers) -> Floats:
        one, two = np.triu_indices(len(self._scale))
        rows = np.bincount(stratum)
        found = np.zeros((len(drawn), len(one)))
        for line, weights in enumerate(drawn):
            sums = np.zeros((len(self._scale), len(rows)))
            for block, each in self._blocks():
                for place, column in enumerate((each * weights[block, None]).T):
                    sums[place] += summed(stratum[block], column, len(rows))
            found[line] = ((sums / rows) @ sums.T)[one, two]
        return found


def studentized_interval(
    units: Units, drawn: Floats, confidence: float, reach: tuple[float, float] = (-np.inf, np.inf)
) -> Interval:
    """The measured value, its ends at the quantiles of the resamples' t; unknown where too few units carry the error.

    Args:
        units: as measured.
        drawn: what its `sums` gave on the resamples, shape (B, d); one without a value can only widen the interval.
        confidence: level of the interval.
        reach: the least and the greatest value that there can be.

    Source: see the module.

    >>> from mlops_validators.bootstrap import replicates, single
    >>> from mlops_validators.weighted import of_mean
    >>> units = Units(of_mean(np.arange(100.0)), single(100))
    >>> (drawn,) = replicates([units.sums], units.design, resamples=500, seed=0)
    >>> found = studentized_interval(units, drawn, 0.95)
    >>> round(found.low), round(found.high)
    (44, 55)
    """
    value, error = units.measured
    if doubt := units.doubt:
        return unknown(value, "bootstrap-t", confidence, doubt)
    tail = (1 - confidence) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        values, errors = units.told(drawn).T
        t = (values - value) / errors
    low, high = value - error * quantile(t, 1 - tail, np.inf), value - error * quantile(t, tail, -np.inf)
    return Interval(value, max(low, reach[0]), min(high, reach[1]), "bootstrap-t", confidence)


def _with_products(terms: Floats) -> Floats:
    one, two = np.triu_indices(terms.shape[1])
    return np.concatenate([terms, terms[:, one] * terms[:, two]], axis=1)


def _symmetric(products: Floats, size: int) -> Floats:
    found = np.empty((len(products), size, size))
    one, two = np.triu_indices(size)
    found[:, one, two] = found[:, two, one] = products
    return found
