"""A forecast says when its rows were, how far apart they are, and how far ahead it goes.

Without the time of a row nobody knows what was known before it, and a test of rows drawn by lot asks for days between
those that were learned from. The last horizons are tested instead, each from its own origin.

Bad:

    task: forecasting
    data:
      path: data/rows.csv
      target: sales
      id: id
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

Fix: name `data.time` and `data.frequency`, and split by time with a `horizon`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS142"
NAME = "untimed-forecast"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    data = spec.data
    if not TASKS[spec.task].ahead or not data.targets:
        return
    for key, value, such in (("time", data.time, "date"), ("frequency", data.frequency, "1d")):
        if value is None:
            yield Finding(
                ("data", "target"),
                f"`{data.targets[0]}` is to be forecast, without `data.{key}`",
                f"add `{key}: {such}`",
            )
    if data.split.by != "time":
        yield Finding(
            ("data", "split"), f"a forecast is tested on what comes last, not by {data.split.by}", "split by time"
        )
    elif data.split.horizon is None:
        yield Finding(("data", "split"), "nothing says how far ahead a forecast goes", "add `horizon`, such as `28d`")
