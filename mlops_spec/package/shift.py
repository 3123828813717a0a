"""The distance between the scores of two versions, by their counts in the same bins: plain arithmetic, without NumPy.

The measure is the two-sample Kolmogorov-Smirnov distance: the greatest difference between the shares of scores that
reach any one value, 0 to 1. A shift of 0.2 says that a fifth of the requests crossed some score. It needs no bin to be
filled, unlike the population stability index, and chance moves it by an amount that depends on the numbers alone.

Sources: Smirnov, "Table for Estimating the Goodness of Fit of Empirical Distributions" (1948); for the critical value
the first term of Kolmogorov's series, as in Knuth, "The Art of Computer Programming", volume 2, 3.3.1.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable

# Pairs of a bin's number and how many scores it holds; numbers ascend as the scores do.
Bins = Iterable[tuple[int, int]]

# How often chance alone may move two samples of one distribution further than `by_chance` says.
ALPHA = 0.01
_CRITICAL = math.sqrt(-math.log(ALPHA / 2) / 2)


def distance(old: Bins, new: Bins) -> float:
    """The Kolmogorov-Smirnov distance at the bins' edges: that of the scores, or a little less.

    Raises:
        ValueError: a side is empty, or a count is no natural number; there is no distance then.

    >>> distance([(1, 8), (2, 2)], [(1, 5), (3, 5)])
    0.5
    """
    one, two = dict(old), dict(new)
    if any(number < 0 for number in itertools.chain(one.values(), two.values())):
        raise ValueError("a bin holds less than nothing")
    rows = (sum(one.values()), sum(two.values()))
    if not all(rows):
        raise ValueError("both sides need scores")
    apart, below = 0.0, [0, 0]
    for number in sorted(one.keys() | two.keys()):
        below[0] += one.get(number, 0)
        below[1] += two.get(number, 0)
        apart = max(apart, abs(below[0] / rows[0] - below[1] / rows[1]))
    return apart


def by_chance(old_rows: int, new_rows: int) -> float:
    """The distance that two samples of one distribution stay below 99 times in 100; infinite where a side is empty.

    >>> round(by_chance(1000, 1000), 3)
    0.073
    """
    if not old_rows or not new_rows:
        return math.inf
    return _CRITICAL * math.sqrt(1 / old_rows + 1 / new_rows)


def rows_needed(bound: float, new_share: float) -> int:
    """Scores of the new version without which chance alone could exceed `bound`, when it gives `new_share` of them.

    >>> rows_needed(0.2, 0.1)
    74
    """
    old_per_new = (1 - new_share) / new_share
    return math.ceil((_CRITICAL / bound) ** 2 * (1 + 1 / old_per_new))
