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

    from mlops_validators.arrays import Anything, Floats
    from mlops_validators.weighted import Sums

KEPT = 450_000  # numbers
FEW = 5  # terms, up to which a product for each pair of them is cheaper than what each unit contributes
TOGETHER = 8  # resamples whose terms are made once: their weights take a byte a row each
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

    @property
    def drawn(self) -> Design:
        """How units are drawn: of groups none of their rows is."""
        return self.design if self.design.cluster is None else self.design.of_groups

    def sums(self, weights: Anything) -> Floats:
        """Under weights of units (b, n) what is told of: of few terms the sums of the scaled terms and of the products
        of each pair, (b, k + k (k + 1) / 2) of k terms; else, where pairs are too many, values and errors themselves.
        """
        if not self._few:
            return self._by_contributions(weights)
        width = len(self._scale)
        found = np.zeros((len(weights), width + width * (width + 1) // 2))
        for block, each in self._term_products():
            found += weights[:, block].astype(np.float64) @ each
        return found

    def told(self, sums: Floats) -> Floats:
        """Values and standard errors, (b, 2), of what `sums` gave."""
        if not self._few:
            return sums
        width = len(self._scale)
        totals, moments = sums[:, :width].T, _symmetric(sums[:, width:], width)
        slope, steepest = self._slopes(totals, moments.diagonal(axis1=1, axis2=2).T)
        spread = np.einsum("jb,bjk,kb->b", slope, moments, slope)
        return self._with_error(totals, spread, steepest)

    @cached_property
    def measured(self) -> tuple[float, float]:
        """The value of the rows as they are, and its standard error."""
        value, error = self.told(self.sums(self.drawn.counts[None]))[0]
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

    @property
    def _few(self) -> bool:
        return self.design.stratum is None and len(self._scale) <= FEW

    def _with_error(self, totals: Floats, spread: Floats, steepest: Floats) -> Floats:
        return np.stack([self._value(totals), np.sqrt(np.maximum(spread, 0)) * steepest], axis=1)

    def _by_contributions(self, weights: Anything) -> Floats:
        """By what each unit contributes, once the slopes are known."""
        totals, squares = self._sums_and_squares(weights)
        slope, steepest = self._slopes(totals, squares)
        spread, of_strata = np.zeros(len(weights)), np.zeros((len(weights), self._strata))
        for block, each in self._blocks():
            weight, told = weights[:, block].astype(np.float64), slope.T @ each.T
            weight *= told
            if self.design.stratum is not None:
                of_strata += [summed(self.design.stratum[block], line, self._strata) for line in weight]
            spread += np.einsum("bi,bi->b", weight, told)
        if self.design.stratum is not None:
            spread -= (of_strata**2 / np.bincount(self.design.stratum)).sum(axis=1)
        return self._with_error(totals, spread, steepest)

    def _sums_and_squares(self, weights: Anything) -> tuple[Floats, Floats]:
        width = len(self._scale)
        totals, squares = np.zeros((width, len(weights))), np.zeros((width, len(weights)))
        for block, each in self._blocks():
            weight = weights[:, block].astype(np.float64).T
            totals += each.T @ weight
            squares += np.square(each).T @ weight
        return totals, squares

    def _contributions(self, error: float) -> Iterator[Floats]:
        totals, squares = self._sums_and_squares(self.drawn.counts[None])
        slope, steepest = self._slopes(totals, squares)
        slope = slope[:, 0] * (steepest / error)
        stratum = self.design.stratum
        if stratum is None:
            yield from (each @ slope for _, each in self._blocks())
            return
        means = np.zeros(self._strata)
        for block, each in self._blocks():
            means += summed(stratum[block], each @ slope, len(means))
        means /= np.bincount(stratum)
        yield from (each @ slope - means[stratum[block]] for block, each in self._blocks())

    @property
    def _strata(self) -> int:
        return 0 if self.design.stratum is None else int(self.design.stratum.max()) + 1

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

    def _row_terms(self) -> Iterator[tuple[slice, Floats]]:
        weight, width = self.design.weight, 1 + len(self.measure.terms(slice(0, 1)))
        for block in blocks(self.measure.rows, _block_size(width)):
            terms = self.measure.terms(block)
            matrix = np.empty((width, len(terms[0])))
            matrix[0] = 1.0
            for place, term in enumerate(terms, start=1):
                matrix[place] = term
            yield block, (matrix if weight is None else matrix * weight[block]).T

    def _unscaled(self) -> Iterator[tuple[slice, Floats]]:
        grouped = self._group_sums
        if grouped is None:
            return self._row_terms()
        return ((block, grouped[block]) for block in blocks(len(grouped), _block_size(grouped.shape[1])))

    def _blocks(self) -> Iterator[tuple[slice, Floats]]:
        return ((block, each / self._scale) for block, each in self._unscaled())

    def _term_products(self) -> Iterable[tuple[slice, Floats]]:
        width = len(self._scale)
        return self._kept if self._size * width * (width + 3) // 2 <= KEPT else self._made()

    @cached_property
    def _kept(self) -> list[tuple[slice, Floats]]:
        return [(block, np.ascontiguousarray(each)) for block, each in self._made()]

    def _made(self) -> Iterator[tuple[slice, Floats]]:
        return ((block, _with_products(each)) for block, each in self._blocks())

    def _value(self, totals: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(self.measure.combine(totals * self._scale[:, None]))

    def _slopes(self, totals: Floats, squares: Floats) -> tuple[Floats, Floats]:
        """Of the value by each sum, (k, b), over the steepest of each resample, (b,): its square may overflow."""
        found = np.zeros_like(totals)
        for place in range(len(totals)):
            step = STEP * np.sqrt(np.maximum(squares[place], 0))
            up, down = totals.copy(), totals.copy()
            up[place] += step
            down[place] -= step
            found[place] = np.divide(self._value(up) - self._value(down), 2 * step, out=found[place], where=step > 0)
        steepest = np.maximum(np.abs(found).max(axis=0), np.finfo(np.float64).tiny)
        return found / steepest, steepest


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
    >>> (drawn,) = replicates([units.sums], units.drawn, resamples=500, seed=0)
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


def _block_size(width: int) -> int:
    return max(256, 4 * BLOCK // width**2 if width <= FEW else 2 * BLOCK // width)


def _with_products(terms: Floats) -> Floats:
    one, two = np.triu_indices(terms.shape[1])
    return np.concatenate([terms, terms[:, one] * terms[:, two]], axis=1)


def _symmetric(products: Floats, size: int) -> Floats:
    found = np.empty((len(products), size, size))
    one, two = np.triu_indices(size)
    found[:, one, two] = found[:, two, one] = products
    return found
