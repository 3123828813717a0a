"""What a gate demands in numbers: what it measures, and the bounds that it is held against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FEWEST_ROWS = 30  # below it no interval is judged
Op = Literal[">=", "<=", "="]


@dataclass(frozen=True, kw_only=True)
class Demand:
    """One gate: its value must be at least `least`, at most `most`, or, where `none`, 0."""

    id: str
    kind: str
    metric: str | None = None
    least: float | None = None
    most: float | None = None
    none: bool = False
    column: str | None = None  # of a slice gate
    min_rows: int = FEWEST_ROWS
    environment: str | None = None  # of a champion gate
    margin: float | None = None  # how much worse than the anchor it may be
    better: bool | None = None  # whether higher is
    review: bool = False  # whether what is inconclusive waits for an approver's word

    @property
    def beside_anchor(self) -> tuple[float | None, float | None]:
        """The least and the greatest that it may differ from its anchor by; two times None where no anchor holds it."""
        if self.margin is None or self.better is None:
            return None, None
        return (-self.margin, None) if self.better else (None, self.margin)

    def bound(self, value: float | None) -> tuple[Op, float] | None:
        """What a value is held against: of two bounds the one that it breaks, else the lower one."""
        if self.none:
            return "=", 0.0
        if self.most is not None and (self.least is None or (value is not None and value > self.most)):
            return "<=", self.most
        return None if self.least is None else (">=", self.least)
