"""The bins that scores are counted in, so that two versions' can be held against each other (see `shift`)."""

from __future__ import annotations

import math
from bisect import bisect_left

_FINE = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005)
# Upper edges of the bins for probabilities: 0.01 wide, and finer near 0 and 1, where models of rare events have theirs.
EDGES = (*_FINE, *(number / 100 for number in range(1, 100)), *(1 - edge for edge in reversed(_FINE)), 1.0)
# Values have bins 2 % wide, of either sign; below this size all are one.
SMALLEST = 1e-9
WIDTH = math.log(1.02)


def of_probability(score: float) -> int:
    """The number of a probability's bin along `EDGES`."""
    return bisect_left(EDGES, score)


def of_value(score: float) -> int:
    """The number of a value's bin, by its size and sign."""
    steps = math.ceil((math.log(max(abs(score), SMALLEST)) - math.log(SMALLEST)) / WIDTH)
    return steps if score > 0 else -steps
