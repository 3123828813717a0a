"""The properties of a measure that the linter needs without NumPy; `mlops_validators.MEASURES` computes them."""

from __future__ import annotations

from typing import NamedTuple


class Metric(NamedTuple):
    """One measure's direction and range."""

    higher_is_better: bool
    low: float
    high: float
    chance: float  # what a model reaches that has learned nothing; the worst value where that depends on the rows

    @property
    def worst(self) -> float:
        return self.low if self.higher_is_better else self.high

    @property
    def best(self) -> float:
        return self.high if self.higher_is_better else self.low
