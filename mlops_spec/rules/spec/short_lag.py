"""A lag reaches back over the horizon.

The last day of a horizon of 28 is forecast 28 days before, and what its series held a week before it is not known then.
A model that learned from it looks right in every test, since a table of the past has the value, and is lost when live.

Bad:

    task: forecasting
    data:
      path: data/rows.csv
      target: sales
      time: date
      frequency: 1d
      lags:
        sales_before: {of: sales, by: 7d}
      split: {by: time, horizon: 28d, folds: 12}
    gates:
      - metric: mase
        max: 0.7

Good:

    task: forecasting
    data:
      path: data/rows.csv
      target: sales
      time: date
      frequency: 1d
      lags:
        sales_before: {of: sales, by: 28d}
      split: {by: time, horizon: 28d, folds: 12}
    gates:
      - metric: mase
        max: 0.7

Fix: reach back by horizon and gap at least.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS145"
NAME = "short-lag"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    data = spec.data
    ahead = (data.horizon_steps or 0) + (data.gap_steps or 0)
    for name, lag in data.lags.items():
        back = data.steps_in(lag.by)
        if back is not None and back < ahead:
            gap = f" and a gap of {data.split.gap}" if data.split.gap else ""
            message = f"`{name}` holds what is not known yet: a forecast goes {data.split.horizon}{gap} ahead"
            yield Finding(("data", "lags", name, "by"), message)
