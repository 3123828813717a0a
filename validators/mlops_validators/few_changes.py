"""The interval of a mean of bounded values of which nearly all are the same.

Where two models answer nearly all rows alike, a handful of rows carries the variance, and no resample knows how far the
mean is off. But a mean of values of at least -1 is no lower than minus the share of rows below 0, and the share of rows
has an interval. It is wide, and holds the truth whatever those rows are.

Source: by definition; of the share Wilson (see `wilson`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.interval import Interval
from mlops_validators.wilson import wilson

if TYPE_CHECKING:
    from mlops_validators.arrays import Booleans, Floats


def bounded_mean(values: Floats, usual: tuple[float, float], reach: tuple[float, float], confidence: float) -> Interval:
    """The mean of values (n,) within `reach`: at least the first of the `usual` less what rows below it could take off,
    and at most the second and what rows above that could add.

    Source: see the module.

    Raises:
        ValueError: the confidence is not between 0 and 1.

    >>> found = bounded_mean(np.array([0.0] * 997 + [0.5, -0.1, 0.2]), (0.0, 0.0), (-1.0, 1.0), 0.95)
    >>> round(found.low, 4), round(found.value, 4), round(found.high, 4)
    (-0.0056, 0.0006, 0.0073)
    """
    below, above = (wilson(int(np.count_nonzero(each)), len(values), confidence).high for each in _sides(values, usual))
    value = float(values.mean())
    low = usual[0] - below * (usual[0] - reach[0])
    high = usual[1] + above * (reach[1] - usual[1])
    return Interval(value, min(value, low), max(value, high), "wilson", confidence)


def _sides(values: Floats, usual: tuple[float, float]) -> tuple[Booleans, Booleans]:
    return values < usual[0], values > usual[1]
