"""Rates of rows that depend on each other: how many independent rows they are worth, and how their errors go together.

Each cluster's share in a rate's error is summed first, and the variance is that of the sums (the linearized one of
surveys): what a customer's rows have in common then counts once. Source: Rao and Scott, "A simple method for the
analysis of clustered binary data" (Biometrics 1992).
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


def clustered_rates(within: Integers, hit: Integers, rates: Floats, group: Integers, cluster: Integers) -> Clustered:
    """What the rates (k,) of groups rest on.

    Args:
        within: whether a row counts at all, shape (n,).
        hit: whether it is a hit, shape (n,).
        rates: hits among the rows that count, shape (k,); NaN where there are none.
        group: codes 0 to k - 1, shape (n,).
        cluster: codes, shape (n,).

    Source: Rao and Scott 1992.

    >>> twice = np.repeat([0, 1, 0, 1], 2)
    >>> clustered_rates(np.ones(8), twice, np.array([0.5]), np.zeros(8, int), np.repeat([0, 1, 2, 3], 2)).effective
    array([3.])
    """
    counts = np.flatnonzero(within)
    group, cluster = group[counts], cluster[counts]
    trials = np.bincount(group, minlength=len(rates)).astype(np.float64)
    apart = (hit[counts] - rates[group]) / trials[group]
    width = int(cluster.max(initial=0)) + 1
    sums = csr_matrix((apart, (cluster, group)), shape=(width, len(rates)))
    present = csr_matrix((np.ones(len(counts)), (cluster, group)), shape=(width, len(rates)))
    clusters = np.asarray((present > 0).sum(axis=0), dtype=np.float64).ravel()
    covariance = (sums.T @ sums).toarray()
    variance = np.diag(covariance) * clusters / np.maximum(clusters - 1, 1)
    alone = np.nan_to_num(rates * (1 - rates))
    # where every row is alike nothing tells how far rows of a cluster agree: then they do
    effective = np.divide(alone, variance, out=clusters.copy(), where=(variance > 0) & (alone > 0))
    spread = np.sqrt(np.diag(covariance))
    scale = spread[:, None] * spread
    correlation = np.divide(covariance, scale, out=np.eye(len(rates)), where=scale > 0)
    return Clustered(np.minimum(effective, np.maximum(trials, 1)), clusters, correlation)
