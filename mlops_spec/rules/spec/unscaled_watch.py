"""What is watched in live forecasts needs no history.

Labels that come later say what a row's value was, and nothing of how its series moved before, or what the last known
value had been. `mase`, `rmsse` and the skills are undefined without it, and never raise an alarm.

Bad:

    task: forecasting
    data:
      path: data/rows.csv
      target: sales
      id: id
      time: date
      frequency: 1d
      split: {by: time, horizon: 28d, folds: 12}
    gates:
      - metric: mase
        max: 0.7
    monitor:
      performance: {labels: data/labels.csv, metric: mase, max: 0.8}

Good:

    task: forecasting
    data:
      path: data/rows.csv
      target: sales
      id: id
      time: date
      frequency: 1d
      split: {by: time, horizon: 28d, folds: 12}
    gates:
      - metric: mase
        max: 0.7
    monitor:
      performance: {labels: data/labels.csv, metric: wape, max: 0.3}

Fix: watch `wape`, `smape` or an error in the unit of the target.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS150"
NAME = "unscaled-watch"
SEVERITY: Severity = "error"


_OF_HISTORY = ("mase", "rmsse", "skill_naive", "skill_seasonal_naive", "scaled_pinball_loss", "skill_pinball")


def check(spec: Spec) -> Iterator[Finding]:
    watched = spec.monitor.performance if spec.monitor else None
    if watched is not None and watched.metric in _OF_HISTORY and TASKS[spec.task].ahead:
        message = f"labels don't tell what was known before a row, which {watched.metric} needs"
        yield Finding(("monitor", "performance", "metric"), message, "watch `wape`")
