"""A season has several steps.

The seasonal naive forecast is the value of the season before. Where a season is one step, that is the last value:
`skill_seasonal_naive` and `mase` then ask the model to beat a forecast that knows nothing of weekdays, which any does.

Bad:

    task: forecasting
    data:
      path: data/rows.csv
      target: sales
      time: date
      frequency: 1d
      season: 1d
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
      season: 7d
      split: {by: time, horizon: 28d, folds: 12}
    gates:
      - metric: mase
        max: 0.7

Fix: write how long it takes until the same comes again, such as a week of days or a day of hours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS166"
NAME = "lone-season"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    if spec.data.season is not None and spec.data.season_steps == 1:
        message = f"a season of {spec.data.season} is one step of {spec.data.frequency}: that of the last value"
        yield Finding(("data", "season"), message, "such as `season: 7d` of days")
