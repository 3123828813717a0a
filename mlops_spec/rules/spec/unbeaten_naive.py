"""A gate asks a forecast to beat one that needs no model.

An error of 4 degrees may be less than yesterday's value would make, or more. `mase` and `rmsse` below 1 beat what the
season before would have said of the next step, and `skill_naive` and `skill_seasonal_naive` are the shares of their
errors on the tested rows that the model saves.

Bad:

    task: forecasting
    data:
      path: data/rows.csv
      target: sales
      time: date
      frequency: 1d
      split: {by: time, horizon: 28d, folds: 12}
    gates:
      - metric: mean_absolute_error
        max: 4

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

Fix: add a gate such as `{metric: skill_seasonal_naive, min: 0.1}`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS148"
NAME = "unbeaten-naive"
SEVERITY: Severity = "warning"


_BESIDE = ("mase", "rmsse", "skill_naive", "skill_seasonal_naive", "skill_pinball")


def check(spec: Spec) -> Iterator[Finding]:
    if TASKS[spec.task].ahead and not any(gate.measure in _BESIDE for gate in spec.gates):
        hint = "add `{metric: skill_seasonal_naive, min: 0.1}`"
        yield Finding(("gates",), "no gate asks the model to beat a naive forecast", hint)
