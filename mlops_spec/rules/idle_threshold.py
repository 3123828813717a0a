"""A threshold belongs to a task of two classes.

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

Fix: delete `threshold`, or correct `task`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.rule import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS213"
NAME = "idle-threshold"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    if "threshold" in spec.evaluate.model_fields_set and spec.task != "binary-classification":
        yield Finding(("evaluate", "threshold"), f"a task of {spec.task} has no threshold", "delete it", at_key=True)
