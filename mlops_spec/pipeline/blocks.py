"""How long blocks of time must be that are drawn in the place of steps, by how long their errors go on."""

from __future__ import annotations

from math import ceil, sqrt

import numpy as np

_LIKE_ALONE, _ALIKE = 0.9, 1.2  # lengths of blocks, in cube roots of the steps
_MOST_ALIKE = 0.8
_LONGER = 1.25
_FEWEST = 8  # blocks; so few leave any gate inconclusive


def block_length(errors: np.ndarray) -> int:
    """The number of steps that are drawn together, from the errors (n,) of the steps in their order.

    First by how alike neighbours are, and then longer until the means of neighbouring blocks are no more alike than
    chance makes them: small likenesses that go on for weeks leave fewer observations than large ones of a day.

    Source: Carlstein, "The use of subseries values for estimating the variance of a general statistic" (1986) for the
    first length. The second step was measured: see docs/forecasts.md.
    """
    alike = min(max(_correlation(errors), 0.0), _MOST_ALIKE)
    longer: float = _ALIKE * (2 * alike / (1 - alike**2)) ** (2 / 3)
    length = ceil(max(_LIKE_ALONE, longer) * float(np.cbrt(len(errors))))
    while (blocks := len(errors) // length) >= _FEWEST and _go_on(errors[: blocks * length].reshape(blocks, length)):
        length = ceil(length * _LONGER)
    return length


def _go_on(blocks: np.ndarray) -> bool:
    """Whether neighbouring blocks (k, length) are more alike than those that chance makes, about four times in five."""
    return _correlation(blocks.mean(axis=1)) > 1 / sqrt(len(blocks)) - 1 / len(blocks)


def _correlation(values: np.ndarray) -> float:
    """Of neighbours; 0 where nothing varies."""
    apart = values - values.mean()
    spread = float(apart @ apart)
    return float(apart[1:] @ apart[:-1]) / spread if spread > 0 else 0.0
