"""Horizon, gap, season and lags are whole numbers of steps.

A forecast goes from row to row, and between two rows there is nothing. A month is no number of days: what goes by the
calendar is counted in months, quarters and years, and what goes by the clock in minutes, hours, days and weeks.

Bad:

    task: forecasting
    data:
      path: data/rows.csv
      target: sales
      time: date
      frequency: 1d
      split: {by: time, horizon: 1mo, folds: 12}
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
      split: {by: time, horizon: 28d, folds: 12}
    gates:
      - metric: mase
        max: 0.7

Fix: write the length in the unit of `frequency`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS144"
NAME = "uneven-steps"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    data = spec.data
    if data.frequency is None:
        return
    lengths: list[tuple[tuple[str, ...], str | None]] = [
        (("data", "split", "horizon"), data.split.horizon),
        (("data", "split", "gap"), data.split.gap),
        (("data", "season"), data.season),
    ]
    for name, lag in data.lags.items():
        lengths += [(("data", "lags", name, "by"), lag.by), (("data", "lags", name, "mean"), lag.mean)]
    for place, length in lengths:
        if length is not None and data.steps_in(length) is None:
            yield Finding(place, f"{length} is no whole number of steps of {data.frequency}")
