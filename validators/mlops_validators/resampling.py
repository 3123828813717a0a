"""What is asked of an interval, and an interval that waits for its replicates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_validators.arrays import Floats
    from mlops_validators.bootstrap import Design
    from mlops_validators.interval import Interval
    from mlops_validators.weighted import Kernel

Method = Literal["auto", "bca", "percentile"]


@dataclass(frozen=True)
class Request:
    """What is asked of an interval, past the arrays.

    >>> Request(0.95, 1000, 0, 0.5, "auto").method
    'auto'
    """

    confidence: float
    """Level of the interval."""
    resamples: int
    seed: int
    threshold: float
    """Score from which the answer is positive."""
    method: Method


@dataclass(frozen=True)
class Resampling:
    """An interval that waits for its replicates.

    >>> Resampling(lambda weights: weights.mean(axis=1), None, lambda drawn: len(drawn)).interval([0.1, 0.2])
    2
    """

    kernel: Kernel
    """What is drawn: the measure of rows with these weights."""
    design: Design
    interval: Callable[[Floats], Interval]
    """Of the replicates (resamples,) or (resamples, parts)."""
    together: int = 1
    """How many resamples the kernel takes at a time at least: of sums it makes its terms once for all of them."""


def shared(asked: Request, among: int) -> Request:
    """The same of one of so many intervals, of which all hold together at the level that was asked for (Bonferroni).

    >>> round(shared(Request(0.95, 1000, 0, 0.5, "auto"), 5).confidence, 3)
    0.99
    """
    return replace(asked, confidence=1 - (1 - asked.confidence) / among)
