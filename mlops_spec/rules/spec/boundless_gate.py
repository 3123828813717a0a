"""A gate says what it demands.

A measure without a bound can't stop anything: it is a number in a report that looks like a gate.

Bad:

    gates:
      - metric: roc_auc

Good:

    gates:
      - metric: roc_auc
        min: 0.75

Fix: give `min` where more is better, `max` where less is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.gates.fairness import FairnessGate
from mlops_spec.spec.measures import bounds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS202"
NAME = "boundless-gate"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    for bound in bounds(spec):
        if bound.min is None and bound.max is None:
            better = spec.evaluate.higher_is_better(bound.metric)
            hint = {True: "give it a `min`", False: "give it a `max`", None: "give it a `min` or a `max`"}[better]
            yield Finding((*bound.address, "metric"), f"`{bound.metric}` is judged by nothing", hint)
    for index, gate in enumerate(spec.gates):
        if isinstance(gate, FairnessGate) and gate.min is None and gate.max is None:
            side = "min" if gate.fairness.endswith("_ratio") else "max"
            yield Finding(
                ("gates", index, "fairness"), f"`{gate.fairness}` is judged by nothing", f"give it a `{side}`"
            )
