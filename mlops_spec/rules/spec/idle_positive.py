"""A positive value belongs to a task of two classes.

Several classes have no positive one, and a number to predict has none either.

Bad:

    task: multiclass-classification
    data:
      path: data/rows.csv
      target: label
      id: id
      positive: cat
    gates:
      - metric: accuracy
        min: 0.75

Good:

    task: multiclass-classification
    data:
      path: data/rows.csv
      target: label
      id: id
    gates:
      - metric: accuracy
        min: 0.75

Fix: delete `positive`, or correct `task`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS109"
NAME = "idle-positive"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    if spec.data.positive is not None and (reason := TASKS[spec.task].lacks.get("positive")):
        yield Finding(("data", "positive"), reason, "delete it", at_key=True)
