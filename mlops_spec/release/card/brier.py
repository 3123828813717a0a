"""A Brier score in words: its parts, and which way each is better."""

from __future__ import annotations

from typing import Protocol


class Parts(Protocol):
    """The parts, as the evaluation's reader has them; all are None where the rows don't define them."""

    @property
    def brier_score(self) -> float | None: ...
    @property
    def reliability(self) -> float | None: ...
    @property
    def resolution(self) -> float | None: ...
    @property
    def uncertainty(self) -> float | None: ...
    @property
    def within(self) -> float | None: ...


def told(parts: Parts | None) -> str:
    """One sentence, which adds up; nothing where there is nothing to tell."""
    if parts is None or parts.brier_score is None or parts.within is None:
        return ""
    within = f"{'−' if parts.within < 0 else '+'} {abs(parts.within):.4f} within bins"
    return (
        f"Calibration: a Brier score of {parts.brier_score:.4f} = reliability {parts.reliability:.4f} (0 is best)"
        f" − resolution {parts.resolution:.4f} (more is better) + uncertainty {parts.uncertainty:.4f} {within}."
    )
