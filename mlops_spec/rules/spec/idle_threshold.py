"""A threshold belongs to a task of two classes, and so do the cost of its decisions and the `k` highest scores.

With several classes the most probable one is the answer, and a number needs no threshold.

Bad:

    task: regression
    evaluate:
      threshold: 0.3
    gates:
      - metric: r2
        min: 0.4

Good:

    task: binary-classification
    evaluate:
      threshold: 0.3

Fix: delete it, or correct `task`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec
    from mlops_spec.spec.tasks.task import Meaning

CODE = "MS213"
NAME = "idle-threshold"
SEVERITY: Severity = "warning"
_KEYS: tuple[Meaning, ...] = ("threshold", "cost", "k")


def check(spec: Spec) -> Iterator[Finding]:
    for key in _KEYS:
        if key in spec.evaluate.model_fields_set and (reason := TASKS[spec.task].lacks.get(key)):
            yield Finding(("evaluate", key), reason, "delete it", at_key=True)
