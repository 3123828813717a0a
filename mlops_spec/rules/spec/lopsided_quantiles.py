"""The interval that is judged leaves out as much below as above.

Coverage and the interval's score are of what lies between the outer two quantiles. Between 0.5 and 0.95 lies what is
more than expected, and no more: half of all rows lie outside, on one side. Quantiles of one side are what a stock is
kept by; their pinball loss says how good they are.

Bad:

    task: forecasting
    data:
      path: data/rows.csv
      target: sales
      time: date
      frequency: 1d
      quantiles: [0.5, 0.8, 0.95]
      split: {by: time, horizon: 28d, folds: 12}
    gates:
      - metric: mase
        max: 0.7
      - metric: coverage_error
        max: 0.05

Good:

    task: forecasting
    data:
      path: data/rows.csv
      target: sales
      time: date
      frequency: 1d
      quantiles: [0.05, 0.5, 0.95]
      split: {by: time, horizon: 28d, folds: 12}
    gates:
      - metric: mase
        max: 0.7
      - metric: coverage_error
        max: 0.05

Fix: add the quantile of the other side, or gate on `skill_pinball` in place of the interval.
"""

from __future__ import annotations

from math import isclose
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.measures import bounds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS176"
NAME = "lopsided-quantiles"
SEVERITY: Severity = "warning"

_OF_INTERVAL = ("coverage", "coverage_error", "mean_interval_score")


def check(spec: Spec) -> Iterator[Finding]:
    levels = spec.data.quantiles
    judged = next((bound.metric for bound in bounds(spec) if bound.metric in _OF_INTERVAL), None)
    if judged is None or len(levels) < 2 or spec.data.unfit_quantiles or isclose(levels[0] + levels[-1], 1):
        return
    message = (
        f"`{judged}` is of the interval from {levels[0]:g} to {levels[-1]:g}, which is of one side more than other"
    )
    outer = max(1 - levels[0], levels[-1])
    yield Finding(("data", "quantiles"), message, f"add {1 - outer:g} or {outer:g}, whichever lacks")
