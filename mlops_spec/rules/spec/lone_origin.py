"""One series is forecast from several origins.

A single horizon of one series is one stretch of weather: rows next to each other err alike, and no interval says how
far the next stretch will be off. Gates over it are inconclusive.

Bad:

    task: forecasting
    data:
      path: data/rows.csv
      target: sales
      time: date
      frequency: 1h
      split: {by: time, horizon: 20d}
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

Fix: test several `folds`, or forecast several `series`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS151"
NAME = "lone-origin"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    data = spec.data
    if TASKS[spec.task].ahead and data.series is None and data.split.horizon is not None and data.split.folds == 1:
        message = "one series is tested over one horizon, which says nothing of the next"
        yield Finding(("data", "split", "horizon"), message, "add `folds`, such as 12")
