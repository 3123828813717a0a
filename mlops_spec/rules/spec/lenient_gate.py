"""A gate lets little pass.

A margin or a drop of a quarter of all that the measure can lose is no comparison: the version may be nearly useless.
Nor is a disparity of 0.3 between groups, or a perturbation of one value in a hundred.

Bad:

    environments:
      staging: {after: merge}
      production: {after: staging}
    gates:
      - metric: roc_auc
        min: 0.75
      - champion: production
        metric: roc_auc
        margin: 0.3

Good:

    environments:
      staging: {after: merge}
      production: {after: staging}
    gates:
      - metric: roc_auc
        min: 0.75
      - champion: production
        metric: roc_auc
        margin: 0.01

Fix: allow what a retrained model or a nuisance in the data brings, about a hundredth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.chance import reach
from mlops_spec.spec.gates.fairness import FairnessGate
from mlops_spec.spec.gates.metric import MetricGate
from mlops_spec.spec.gates.robustness import RobustnessGate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS216"
NAME = "lenient-gate"
SEVERITY: Severity = "warning"


_QUARTER = 0.25
_PARTS = {"margin": 0.2}  # release after release
_LEAST_RATE = 0.01
_MOST_DIFFERENCE, _LEAST_RATIO = 0.3, 0.5


def check(spec: Spec) -> Iterator[Finding]:
    for index, gate in enumerate(spec.gates):
        if gate.measure is not None and gate.may_lose is not None:
            yield from _loses(spec, index, gate.measure, *gate.may_lose)
        if isinstance(gate, MetricGate) and gate.margin is not None:
            yield from _loses(spec, index, gate.metric, "margin", gate.margin)
        if isinstance(gate, RobustnessGate) and gate.rate < _LEAST_RATE:
            yield Finding(("gates", index, "rate"), f"{gate.rate:.2%} of the values are changed", "take 0.1 or so")
        if isinstance(gate, FairnessGate):
            yield from _between_groups(index, gate)


def _loses(spec: Spec, index: int, metric: str, side: str, allowed: float) -> Iterator[Finding]:
    whole = reach(spec, metric)
    if _PARTS.get(side, _QUARTER) * whole <= allowed < whole:
        message = f"from the best `{metric}` down to chance is {whole:.2g}, and {allowed:g} of it may be lost"
        yield Finding(("gates", index, side), message)
    elif whole > allowed and spec.evaluate.higher_is_better(metric) is False:
        bounds = [each.max for each in spec.gates if isinstance(each, MetricGate) and each.metric == metric]
        if any(bound is not None and allowed > bound / 2 > 0 for bound in bounds):
            yield Finding(
                ("gates", index, side), f"more than half of what the gate on `{metric}` allows may be added at once"
            )


def _between_groups(index: int, gate: FairnessGate) -> Iterator[Finding]:
    if gate.fairness.endswith("_ratio"):
        if gate.min is not None and 0 < gate.min <= _LEAST_RATIO:
            yield Finding(
                ("gates", index, "min"), f"one group may get {gate.min:.0%} of another's rate", "0.8 is usual"
            )
    elif gate.max is not None and _MOST_DIFFERENCE <= gate.max < 1:
        yield Finding(("gates", index, "max"), f"groups may differ by {gate.max:.0%} of their rows", "0.1 is usual")
