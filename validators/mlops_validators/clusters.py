"""Rates of rows that depend on each other, or count unequally: how many independent rows they are worth, and how their
errors go together.

Each cluster's share in a rate's error is summed first, and the variance is that of the sums (the linearized one of
surveys): what a customer's rows have in common then counts once, and a row of twice the weight errs twice as much.
Source: Rao and Scott, "A simple method for the analysis of clustered binary data" (Biometrics 1992); of weights Kish,
"Survey Sampling" (1965).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix
from scipy.special import ndtri, stdtrit

if TYPE_CHECKING:
    from mlops_validators.arrays import Floats, Integers


@dataclass(frozen=True)
class Clustered:
    """One rate in each of k groups.

    >>> Clustered(np.array([50.0]), np.array([20.0]), np.eye(1)).trials(0.025).round(1)
    array([43.8])
    """

    effective: Floats
    """Shape (k,): how many independent rows would have this variance."""
    clusters: Floats
    """Shape (k,): how many clusters the rate rests on."""
    correlation: Floats
    """Shape (k, k): of the rates' errors."""

    def trials(self, tail: float) -> Floats:
        """The effective rows (k,), fewer where a variance of few clusters is itself uncertain (Student's t)."""
        wide = stdtrit(np.maximum(self.clusters - 1, 1), 1 - tail)
        return np.asarray(self.effective * (ndtri(1 - tail) / wide) ** 2)


def clustered_rates(  # noqa: PLR0913, PLR0917  arrays of rows, one beside the other
    within: Integers, hit: Integers, rates: Floats, group: Integers, cluster: Integers, weight: Floats | None = None
) -> Clustered:
    """What the rates (k,) of groups rest on.

    Args:
        within: whether a row counts at all, shape (n,).
        hit: whether it is a hit, shape (n,).
        rates: hits among the rows that count, shape (k,); NaN where there are none.
        group: codes 0 to k - 1, shape (n,).
        cluster: codes, shape (n,).
        weight: what each row counts, shape (n,).

    Source: Rao and Scott 1992.

    >>> twice = np.repeat([0, 1, 0, 1], 2)
    >>> clustered_rates(np.ones(8), twice, np.array([0.5]), np.zeros(8, int), np.repeat([0, 1, 2, 3], 2)).effective
    array([3.])
    """
    counts = np.flatnonzero(within)
    trials = np.bincount(group[counts], minlength=len(rates)).astype(np.float64)
    worth = np.ones(len(counts)) if weight is None else weight[counts]
    present = _summed(worth, group[counts], cluster[counts], len(rates))
    clusters = np.asarray((present > 0).sum(axis=0), dtype=np.float64).ravel()
    covariance = summed_covariance(row_errors(within, hit, rates, group, weight), group, cluster, len(rates))
    variance = np.diag(covariance) * clusters / np.maximum(clusters - 1, 1)
    alone = np.nan_to_num(rates * (1 - rates))
    # where every row is alike nothing tells how far rows of a cluster agree: then they do
    agreeing = clusters.copy() if weight is None else _effective_clusters(present)
    effective = np.divide(alone, variance, out=agreeing, where=(variance > 0) & (alone > 0))
    spread = np.sqrt(np.diag(covariance))
    scale = spread[:, None] * spread
    correlation = np.divide(covariance, scale, out=np.eye(len(rates)), where=scale > 0)
    return Clustered(np.minimum(effective, np.maximum(trials, 1)), clusters, correlation)


def _effective_clusters(present: csr_matrix) -> Floats:
    total, squares = (np.asarray(each.sum(axis=0), dtype=np.float64).ravel() for each in (present, present.power(2)))
    return np.asarray(np.divide(total**2, squares, out=np.zeros(len(total)), where=squares > 0))


def row_errors(within: Integers, hit: Integers, rates: Floats, group: Integers, weight: Floats | None = None) -> Floats:
    """What each row contributes to its group's error, (n,): they sum to 0 in each; arguments as `clustered_rates`.

    Source: Rao and Scott 1992.

    >>> row_errors(np.array([True, True, False]), np.array([1, 0, 0]), np.array([0.5]), np.zeros(3, int))
    array([ 0.25, -0.25,  0.  ])
    """
    counts = np.flatnonzero(within)
    if weight is None:
        trials = np.bincount(group[counts], minlength=len(rates))
        return np.asarray(np.where(within, (hit - rates[group]) / np.maximum(trials, 1)[group], 0.0))
    total = np.bincount(group[counts], weights=weight[counts], minlength=len(rates))
    share = np.divide(weight, total[group], out=np.zeros(len(weight)), where=total[group] > 0)
    return np.asarray(np.where(within, (hit - rates[group]) * share, 0.0))


def summed_covariance(errors: Floats, group: Integers, cluster: Integers, many: int) -> Floats:
    """Covariance (k, k) of the groups' errors, of what rows contribute to them, (n,), summed by cluster.

    Source: Rao and Scott 1992.

    >>> summed_covariance(np.array([0.25, -0.25]), np.zeros(2, int), np.arange(2), 1)
    array([[0.125]])
    """
    sums = _summed(errors, group, cluster, many)
    return np.asarray((sums.T @ sums).toarray())


def _summed(values: Floats, group: Integers, cluster: Integers, many: int) -> csr_matrix:
    return csr_matrix((values, (cluster, group)), shape=(int(cluster.max(initial=0)) + 1, many))
