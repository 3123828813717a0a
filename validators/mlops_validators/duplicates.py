"""Whether more test rows are found among training rows than training rows among themselves, by Fisher's exact test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import gammaln

from mlops_validators.verdict import Verdict, undecided

if TYPE_CHECKING:
    from mlops_validators.arrays import Booleans

_RARE = 0.001
_TERMS = 100_000  # behind the mode each is smaller than the one before


@dataclass(frozen=True)
class Duplicates:
    """Which test rows stand in the training rows too, and how often training rows repeat among themselves.

    >>> Duplicates(np.array([True, False]), 0.0, 100).rows
    1
    """

    found: Booleans
    """Of each test row, shape (m,)."""
    expected: float
    """Share of training rows that have a twin among the others: what chance gives when the split is clean."""
    train_rows: int

    @property
    def rows(self) -> int:
        """How many test rows have a twin in training."""
        return int(np.count_nonzero(self.found))


def judge_duplicates(duplicates: Duplicates) -> Verdict:
    """Fails when test rows have twins in training more often than training rows have among themselves.

    Rows repeat by chance, on both sides alike; a leak repeats them across. So it fails when chance would give test rows
    as many of all rows that have a twin less than once in 1,000 splits: 5 of 100, where none of 300 training rows has.

    Source: Fisher's exact test, one-sided (The Design of Experiments, 1935).

    >>> judge_duplicates(Duplicates(np.array([True] * 5 + [False] * 95), 0.0, 300)).reason
    '5 of 100 test rows stand in the training rows too; 0 % would by chance'
    """
    rows = len(duplicates.found)
    if not rows:
        return undecided("there are no test rows")
    chance = f"{100 * duplicates.expected:.3g} % would by chance"
    told = f"{duplicates.rows} of {rows} test rows stand in the training rows too; {chance}"
    return Verdict("fail" if _hypergeometric_tail(duplicates) < _RARE else "pass", told)


def _hypergeometric_tail(duplicates: Duplicates) -> float:
    test, train, across = len(duplicates.found), duplicates.train_rows, duplicates.rows
    twins = across + round(duplicates.expected * train)
    if across * (test + train) <= twins * test:
        return 1.0
    many = np.arange(across, min(twins, test, across + _TERMS) + 1)
    chosen = (
        _log_binomial(twins, many)
        + _log_binomial(test + train - twins, test - many)
        - _log_binomial(test + train, test)
    )
    return float(np.exp(chosen).sum())


def _log_binomial(of: Any, some: Any) -> Any:
    return np.where(some > of, -np.inf, gammaln(of + 1) - gammaln(some + 1) - gammaln(np.maximum(of - some, 0) + 1))
