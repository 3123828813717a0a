"""An estimate and how far it may be off."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite


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
    """How it was made: `delong`, `wilson`, `dirichlet`, `bootstrap-t`, `bca`, `percentile`, ..."""
    confidence: float = 0.95
    informing: int | None = None
    """How many of what informs the value there are, such as positives for a recall; unless given, all rows do."""
    of: str = "rows"
    """Of what `informing` counts."""
    doubt: str = ""
    """Why these rows cannot say how far the value is off; the ends are infinite then."""

    @property
    def known(self) -> bool:
        """Whether value and both ends are finite and in order; otherwise nothing may be concluded from it."""
        return isfinite(self.value) and isfinite(self.low) and isfinite(self.high) and self.low <= self.high


def unknown(value: float, method: str, confidence: float, doubt: str) -> Interval:
    """A value of which these rows cannot say how far it is off, because of the `doubt`: inconclusive.

    Source: by definition, fail-closed.

    >>> unknown(0.5, "bootstrap-t", 0.95, "one row decides").known
    False
    """
    return Interval(value, -inf, inf, method, confidence, doubt=doubt)
