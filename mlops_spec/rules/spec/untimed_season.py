"""Drift by season knows when a row was.

Rows of July are compared with training rows of July by their time, which the log has where the model is given it. Where
nothing says when a row was, or the model does not see it, all drift is unknown.

Bad:

    task: forecasting
    data:
      path: data/rows.csv
      target: sales
      time: date
      frequency: 1d
      split: {by: time, horizon: 28d, folds: 12}
    train:
      run: python -m sales.train
      predictor: sales.predict:load
      features: {exclude: [date]}
    gates:
      - metric: mase
        max: 0.7
    monitor:
      drift: {method: wasserstein, max: 2, season: year}

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
    monitor:
      drift: {method: wasserstein, max: 2, season: year}

Fix: name the time by `data.time`, or by `data.split.column` of a split by time, and let it be an input.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.features import time_seen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS230"
NAME = "untimed-season"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    if spec.monitor is not None and spec.monitor.drift.season is not None and time_seen(spec) is None:
        message = "nothing that the model sees says when a row was, and so in which season"
        yield Finding(("monitor", "drift", "season"), message, "let the time of the data be an input")
