"""What one answer's scores look like in 68 bytes, so that the front can watch a distribution without parsing JSON."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy

BINS = 10
_LAYOUT = struct.Struct(f"!I3d{BINS}I")
SIZE = _LAYOUT.size


@dataclass(frozen=True, slots=True)
class Scores:
    """Number, mean, smallest and largest score, and for probabilities the counts in ten equal bins of [0, 1]."""

    number: int
    mean: float
    low: float
    high: float
    bins: tuple[int, ...]


def summarise(answer: numpy.ndarray) -> bytes:
    """Packs the scores of one answer: values or probabilities (n,), or class probabilities (n, k), of which the top."""
    scores = answer.max(axis=1) if answer.ndim == 2 else answer
    low, high = float(scores.min()), float(scores.max())
    bins = [0] * BINS
    if low >= 0 and high <= 1:
        for score in scores.tolist():
            bins[min(int(score * BINS), BINS - 1)] += 1
    return _LAYOUT.pack(len(scores), float(scores.mean()), low, high, *bins)


def unpack(packed: bytes) -> Scores:
    """Reads what `summarise` packed, from the start of `packed`."""
    number, mean, low, high, *bins = _LAYOUT.unpack_from(packed)
    return Scores(number, mean, low, high, tuple(bins))
