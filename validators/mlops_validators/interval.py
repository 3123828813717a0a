"""An estimate and how far it may be off."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite


@dataclass(frozen=True)
class Interval:
    """A measured value with its two-sided confidence interval.

    >>> Interval(0.78, 0.76, 0.80, "delong").known
    True
    """

    value: float
    low: float
    high: float
    method: str
    """How it was made: `delong`, `wilson`, `bca`, `percentile`, ..."""
    confidence: float = 0.95

    @property
    def known(self) -> bool:
        """Whether value and both ends are finite and in order; otherwise nothing may be concluded from it."""
        return isfinite(self.value) and isfinite(self.low) and isfinite(self.high) and self.low <= self.high
