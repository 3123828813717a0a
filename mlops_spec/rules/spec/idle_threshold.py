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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS213"
NAME = "idle-threshold"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    if spec.task == "binary-classification":
        return
    for key in ("threshold", "cost", "k"):
        if key in spec.evaluate.model_fields_set:
            said = f"a task of {spec.task} has no threshold" if key == "threshold" else f"`{key}` is for two classes"
            yield Finding(("evaluate", key), said, "delete it", at_key=True)
