"""One answer's scores in a few bytes, so that the front can watch their distribution without parsing JSON."""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.package.score_bins import of_probability, of_value

if TYPE_CHECKING:
    import numpy

_HEAD = struct.Struct("!Id?I")


@dataclass(frozen=True, slots=True)
class Scores:
    """Number and mean of an answer's scores, and how many of them each bin holds: pairs in the bins' order.

    Bins of `probabilities` are numbered along their edges, those of values by size; either way a higher score has no
    lower number.
    """

    number: int
    mean: float
    probabilities: bool
    bins: tuple[tuple[int, int], ...]


def summarise(answer: numpy.ndarray, *, probabilities: bool = True) -> bytes:
    """Packs the scores of one answer: probabilities or values (n,), or class probabilities (n, k), of which the top.

    Of answers that are no numbers there are none.
    """
    if answer.dtype.kind == "O":
        return _HEAD.pack(0, 0.0, False, 0)
    scores = answer.max(axis=1) if answer.ndim == 2 else answer
    bins = sorted(Counter(map(of_probability if probabilities else of_value, scores.tolist())).items())
    head = _HEAD.pack(len(scores), float(scores.mean()), probabilities, len(bins))
    return head + struct.pack(f"!{2 * len(bins)}i", *(number for pair in bins for number in pair))


def unpack(packed: bytes) -> tuple[Scores, int]:
    """Reads what `summarise` packed, from the start of `packed`; and how many bytes that took."""
    number, mean, probabilities, size = _HEAD.unpack_from(packed)
    flat = struct.unpack_from(f"!{2 * size}i", packed, _HEAD.size)
    bins = tuple(zip(flat[::2], flat[1::2], strict=True))
    return Scores(number, mean, probabilities, bins), _HEAD.size + 8 * size
