"""Every pair of rates: the intervals of their differences and ratios, from the limits of each rate alone.

How far a limit lies from its rate is taken for that rate's error on that side, and the errors of the two are put
together as those of a difference are. Of independent rates with Wilson's limits the difference is Newcombe's method 10.
Source: Zou and Donner, "Construction of confidence limits about effect measures" (Statistics in Medicine 2008);
Newcombe (1998); of ratios Donner and Zou, "Closed-form confidence intervals for functions" (2012).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

if TYPE_CHECKING:
    from mlops_validators.arrays import Floats


@dataclass(frozen=True)
class Rates:
    """Rates with what they rest on.

    >>> Rates(np.array([0.5, 0.2]), np.array([10.0, 20.0]), np.eye(2)).limits(0.025)[0].round(3)
    array([0.237, 0.081])
    """

    values: Floats
    """Shape (k,), between 0 and 1."""
    trials: Floats
    """Shape (k,): how many independent ones each rests on; of rows that depend on each other fewer than there are."""
    correlation: Floats
    """Shape (k, k): of their errors."""

    def limits(self, tail: float) -> tuple[Floats, Floats]:
        """Wilson's limits of each, (k,) and (k,); the truth lies below the lower, or above the upper, in `tail`."""
        p, n, z = self.values, self.trials, float(-ndtri(tail))
        centre, half = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        scale = 1 + z * z / n
        return np.where(p > 0, (centre - half) / scale, 0.0), np.where(p < 1, (centre + half) / scale, 1.0)


def differences(rates: Rates, tail: float) -> tuple[Floats, Floats]:
    """Lower and upper limits of the i-th rate less the j-th, each (k, k).

    Source: Newcombe, "Interval estimation for the difference between independent proportions" (1998), method 10.

    >>> low, high = differences(Rates(np.array([56 / 70, 48 / 80]), np.array([70.0, 80.0]), np.eye(2)), 0.025)
    >>> low[0, 1].round(4), high[0, 1].round(4)
    (np.float64(0.0524), np.float64(0.3339))
    """
    below, above = _errors(rates, tail)
    apart = rates.values[:, None] - rates.values
    low = apart - _error_of_difference(below[:, None], above[None], rates.correlation)
    return low, -low.T


def ratios(rates: Rates, tail: float) -> tuple[Floats, Floats]:
    """Lower and upper limits of the i-th rate over the j-th, each (k, k); of 0 over 0 they are 0 and infinity.

    Source: Donner and Zou 2012.

    >>> low, high = ratios(Rates(np.array([0.5, 0.4]), np.array([1000.0, 1000.0]), np.eye(2)), 0.025)
    >>> low[0, 1].round(2), high[0, 1].round(2)
    (np.float64(1.13), np.float64(1.38))
    """
    p, (below, above) = rates.values, _errors(rates, tail)
    one, other = below[:, None], above[None]
    product = p[:, None] * p - rates.correlation * one * other
    first, second = (p**2 - below**2)[:, None], (p**2 - above**2)[None]
    root = np.sqrt(np.maximum(product**2 - first * second, 0))
    low = np.divide(first, product + root, out=np.zeros(root.shape), where=product + root > 0)
    with np.errstate(divide="ignore"):
        return low, 1 / low.T


def _errors(rates: Rates, tail: float) -> tuple[Floats, Floats]:
    low, high = rates.limits(tail)
    return rates.values - low, high - rates.values


def _error_of_difference(one: Floats, other: Floats, correlation: Floats) -> Floats:
    return np.asarray(np.sqrt(np.maximum(one**2 + other**2 - 2 * correlation * one * other, 0)))
