"""Labels of a live forecast find the time and the series of each row.

Errors of a series go on from step to step: a hundred days of one store are not a hundred observations. How sure a live
measure is follows from times and series, which the log has where the model is given them.

Bad:

    task: forecasting
    data:
      path: data/rows.csv
      target: sales
      id: id
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
      performance: {labels: data/labels.csv, metric: wape, max: 0.3}

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

Fix: let time and series be inputs, which the model need not use; or leave `monitor.performance` out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import listed
from mlops_spec.document.finding import Finding
from mlops_spec.spec.features import is_feature
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS164"
NAME = "undated-watch"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    watched = spec.monitor is not None and spec.monitor.performance is not None
    if not watched or not TASKS[spec.task].ahead:
        return
    named = (name for name in (spec.data.time, spec.data.series) if name is not None)
    if unseen := [name for name in named if not is_feature(spec, name)]:
        message = f"the model is not given {listed(unseen)}, so its log does not say which rows are of one series"
        yield Finding(("monitor", "performance"), message, f"let {listed(unseen)} be given to it", at_key=True)
