"""The target is as many columns as the task predicts.

Several labels are several columns of 0 and 1, in the order of the answer: `predict` gives one probability for each. A
regression predicts one column of numbers or several, any other task one column. A run refuses what does not fit, after
the data were fetched and read.

Bad:

    task: multilabel-classification
    data:
      path: data/rows.csv
      target: label
      id: id
    gates:
      - metric: f1_micro
        min: 0.75

Good:

    task: multilabel-classification
    data:
      path: data/rows.csv
      target: [urgent, billing, complaint]
      id: id
    gates:
      - metric: f1_micro
        min: 0.75

Fix: name a column for each label, or one column; or correct `task`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS135"
NAME = "unfit-targets"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    task, count = TASKS[spec.task], len(spec.data.targets)
    if task.takes(count):
        return
    if count == 0:
        yield Finding(("data", "target"), f"a task of {spec.task} needs a target, and this is none", "name a column")
    elif count == 1:
        yield Finding(("data", "target"), f"a task of {spec.task} has a column for each label, and this is one")
    else:
        yield Finding(("data", "target"), f"a task of {spec.task} predicts one column, and these are {count}")
