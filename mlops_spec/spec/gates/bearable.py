"""The bounds that the rows bear, as numbers for a gate's keys."""

from __future__ import annotations

from math import ceil, floor, log10
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def of_bound(
    limits: tuple[float | None, float | None], margin: float | None, bears: Sequence[float], wide: float
) -> Iterator[tuple[str, float]]:
    """Of a gate with one bound the bound that all results bear, and a margin where it has none."""
    least, most = limits
    if (least is None) == (most is None):
        return
    up = most is not None
    yield ("max" if up else "min"), rounded(max(bears) if up else min(bears), wide, up=up)
    if margin is None:
        yield "margin", rounded(wide, wide, up=False)


def rounded(value: float, width: float, *, up: bool) -> float:
    """To the first digit of a width, on the side that lets more pass.

    >>> rounded(0.7645, 0.013, up=False), rounded(0.0277, 0.0084, up=True)
    (0.76, 0.028)
    """
    digits = -floor(log10(width))
    scaled = value * 10**digits
    return float(round((ceil(scaled - 1e-9) if up else floor(scaled + 1e-9)) / 10**digits, max(digits, 0)))
