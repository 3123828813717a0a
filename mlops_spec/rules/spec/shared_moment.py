"""Series share their times.

Each store has a row for each day, so that a day comes back as often as there are stores. What never repeats in a series
is checked anyway: a run refuses two rows of one series and step.

Bad:

    task: forecasting
    data:
      path: data/rows.csv
      target: sales
      series: store
      time: date
      frequency: 1d
      contract: {unique: [date]}
      split: {by: time, horizon: 28d, folds: 12}
    gates:
      - metric: mase
        max: 0.7

Good:

    task: forecasting
    data:
      path: data/rows.csv
      target: sales
      series: store
      time: date
      frequency: 1d
      split: {by: time, horizon: 28d, folds: 12}
    gates:
      - metric: mase
        max: 0.7

Fix: take the time out of `unique`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS147"
NAME = "shared-moment"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    data = spec.data
    if data.series is not None and data.time in data.contract.unique:
        place = ("data", "contract", "unique", data.contract.unique.index(data.time))
        yield Finding(place, f"`{data.time}` repeats in every value of `{data.series}`")
