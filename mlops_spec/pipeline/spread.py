"""The quantiles of forecasts without a model: as far from them as their own errors lay in training, so far ahead.

An error has no side: one as large the other way is as likely, so that the median stays the forecast. Errors are in
units of how far each series moves from season to season, and those of all series are taken together: of a short one
alone the outer quantiles would be its greatest error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_ROWS = 5_000  # of training, spread over all of it, whose errors are looked at


def spread_of(
    errors: Callable[[np.ndarray, int], np.ndarray], rows: int, back: np.ndarray, levels: Sequence[float]
) -> np.ndarray:
    """How far each quantile lies from the forecast of each tested row, (n, k), in units of its series' moves.

    `errors` gives those of training rows (at positions up to `rows`) whose forecast is the value so many steps before,
    NaN where there is none. `back` (n,) is how many steps before each tested row its own forecast was. Where training
    has no two rows so far apart, the farthest that it has stand for them.
    """
    some = np.linspace(0, rows - 1, min(rows, _ROWS)).round().astype(np.intp)
    found = np.zeros((len(back), len(levels)))
    known = np.zeros(1)
    for steps in np.unique(back):
        apart = np.abs(errors(some, int(steps)))
        known = apart if (apart := apart[~np.isnan(apart)]).size else known
        found[back == steps] = [_of_symmetric(known, level) for level in levels]
    return found


def _of_symmetric(sizes: np.ndarray, level: float) -> float:
    """The quantile of errors that have these sizes, and either side alike."""
    share = 2 * level - 1
    return float(np.sign(share) * np.quantile(sizes, abs(share))) if share else 0.0
