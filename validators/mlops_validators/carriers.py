"""How many rows carry the variance of an estimate: when a few do, no interval made of these rows can be relied upon.

What a row contributes to an estimate varies from row to row. Where contributions have light tails a third of the rows
and more carry the variance; where one in a thousand errors is a hundred times the others, a handful does. Then neither
the variance nor the quantiles of resamples are known: another sample may lack those rows, or hold twice as many.

How many are asked for grows with the rows, from 10 to 20. Simulated, 250 data sets each, of the root of squared errors:
how often it is known where they are normal, and passes at a bound that is the truth where they follow Student's t with
3, 4 or 5 degrees of freedom:

| rows | asked for | known | passes | with 15 |
|---|---|---|---|---|
| 171 | 10 | 82 % | 3 to 4 % | known 54 %, passes 0 to 2 % |
| 300 | 12 | 94 % | 2 to 5 % | known 88 %, passes 2 % |
| 1,000 | 20 | 100 % | 1 to 4 % | known 100 %, passes 2 to 4 % |
| 4,000 | 20 | 100 % | 2 to 5 % | known 100 %, passes 5 to 6 % |
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from mlops_validators.blocks import blocks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlops_validators.arrays import Floats

FEWEST, MOST = 10, 20  # that are asked for
ROWS = 25  # of which one more is


def carriers(contributions: Iterable[Floats]) -> float:
    """The number of equal contributions that would vary as much: (sum d^2)^2 / sum d^4.

    It is n over the kurtosis: of a rare event as many as there are events, of a normal variable a third of the rows.

    Args:
        contributions: in parts of any length, (n,), less their mean; their fourth powers must be numbers.

    Source: Kish's effective number, with squared distances for weights ("Survey Sampling", 1965).

    >>> carriers([np.array([-1.0, 1.0]), np.array([1.0, -1.0])]), carriers([np.array([-1.0, -1.0, -1.0, 3.0])])
    (4.0, 1.7142857142857142)
    """
    second = fourth = 0.0
    for part in contributions:
        for block in blocks(len(part)):
            square = np.square(part[block])
            second, fourth = second + float(square.sum()), fourth + float(square @ square)
    return second**2 / fourth if fourth > 0 else 0.0


def doubt_of(carrying: float, units: int, named: str = "rows") -> str:
    """Why nothing may be concluded when so few of these units carry the variance; empty when they are enough.

    >>> doubt_of(3.2, 1000)
    'its variance rests on about 3 of 1,000 rows, at least 20 are needed: these rows cannot say how far it is off'
    >>> doubt_of(9.7, 41)
    'its variance rests on about 9 of 41 rows, at least 10 are needed: these rows cannot say how far it is off'
    """
    fewest = min(max(units // ROWS, FEWEST), MOST)
    if carrying >= fewest:
        return ""
    return (
        f"its variance rests on about {math.floor(carrying)} of {units:,} {named}, at least {fewest} are needed: "
        f"these {named} cannot say how far it is off"
    )
