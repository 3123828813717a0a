"""One answer's scores in a few bytes, so that the front can watch their distribution without parsing JSON."""

from __future__ import annotations

import math
import struct
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy

_FINE = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005)
# Upper edges of the bins for probabilities: 0.01 wide, and finer near 0 and 1, where models of rare events have theirs.
EDGES = (*_FINE, *(number / 100 for number in range(1, 100)), *(1 - edge for edge in reversed(_FINE)), 1.0)
# Values have bins 2 % wide, of either sign; below this size all are one.
_SMALLEST = 1e-9
_WIDTH = math.log(1.02)
_HEAD = struct.Struct("!Id?I")


@dataclass(frozen=True, slots=True)
class Scores:
    """Number and mean of an answer's scores, and how many of them each bin holds: pairs in the bins' order.

    Bins of `probabilities` are numbered along `EDGES`, those of values by size; either way a higher score has no lower
    number.
    """

    number: int
    mean: float
    probabilities: bool
    bins: tuple[tuple[int, int], ...]


def summarise(answer: numpy.ndarray, *, probabilities: bool = True) -> bytes:
    """Packs the scores of one answer: probabilities or values (n,), or class probabilities (n, k), of which the top."""
    scores = answer.max(axis=1) if answer.ndim == 2 else answer
    bins = sorted(Counter(map(_of_probability if probabilities else _of_value, scores.tolist())).items())
    head = _HEAD.pack(len(scores), float(scores.mean()), probabilities, len(bins))
    return head + struct.pack(f"!{2 * len(bins)}i", *(number for pair in bins for number in pair))


def unpack(packed: bytes) -> tuple[Scores, int]:
    """Reads what `summarise` packed, from the start of `packed`; and how many bytes that took."""
    number, mean, probabilities, size = _HEAD.unpack_from(packed)
    flat = struct.unpack_from(f"!{2 * size}i", packed, _HEAD.size)
    bins = tuple(zip(flat[::2], flat[1::2], strict=True))
    return Scores(number, mean, probabilities, bins), _HEAD.size + 8 * size


def _of_probability(score: float) -> int:
    return bisect_left(EDGES, score)


def _of_value(score: float) -> int:
    steps = math.ceil((math.log(max(abs(score), _SMALLEST)) - math.log(_SMALLEST)) / _WIDTH)
    return steps if score > 0 else -steps
