"""A measure of quantiles has quantiles to measure.

Pinball loss, coverage and the interval's score are of forecasts that come as quantiles. Of one number a row they are
undefined: a gate over them is never judged, and no version is released.

Bad:

    task: forecasting
    data:
      path: data/rows.csv
      target: sales
      time: date
      frequency: 1d
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
      quantiles: [0.1, 0.5, 0.9]
      split: {by: time, horizon: 28d, folds: 12}
    gates:
      - metric: mase
        max: 0.7
      - metric: coverage_error
        max: 0.05

Fix: say by `data.quantiles` which the model answers, or name a measure of one number, such as `mase`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.measures import measures
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS174"
NAME = "unquantiled-measure"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    if spec.data.quantiles:
        return
    for address, name in measures(spec):
        if name in TASKS[spec.task].of_quantiles and name not in spec.evaluate.own:
            message = f"`{name}` is of quantiles, and the model answers one number"
            yield Finding(address, message, "add `data.quantiles: [0.1, 0.5, 0.9]`")
