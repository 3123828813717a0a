"""A gate can fail.

A bound that a coin, the larger class or a constant passes stops nothing: an area under the curve of 0.5 is chance, a
log loss of ln 2 is a coin's, no constant in the middle of the target's range is further off than half of it, a
difference between groups is never above 1. The gate is green, always, and somebody relies on it. What chance is comes
from the task and from the contract: its classes, and the range of its target.

Bad:

    gates:
      - metric: roc_auc
        min: 0.5

Good:

    gates:
      - metric: roc_auc
        min: 0.75

Fix: set the bound to the least that the use of the model can bear.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.chance import chance, reach
from mlops_spec.spec.gates.fairness import FairnessGate
from mlops_spec.spec.measures import bounds
from mlops_spec.spec.metrics import METRICS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.spec import Spec
    from mlops_spec.spec.measures import Bound

CODE = "MS206"
NAME = "toothless-gate"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    for bound in bounds(spec):
        level = chance(spec, bound.metric)
        if level is not None:
            yield from _against_chance(bound, level)
    for index, gate in enumerate(spec.gates):
        if isinstance(gate, FairnessGate):
            yield from _between_groups(("gates", index), gate)
        elif gate.measure is not None and gate.may_lose is not None:
            yield from _of_two(("gates", index), gate.measure, gate.may_lose, reach(spec, gate.measure))


def _against_chance(bound: Bound, level: float) -> Iterator[Finding]:
    metric = METRICS[bound.metric]
    side = "min" if metric.higher_is_better else "max"
    demanded = getattr(bound, side)
    if demanded is None:
        return
    if demanded <= level if metric.higher_is_better else demanded >= level:
        what = "a model that has learned nothing" if level != metric.worst else "every model"
        yield Finding((*bound.address, side), f"{what} passes `{bound.metric}` of {demanded:g}")


def _between_groups(address: Address, gate: FairnessGate) -> Iterator[Finding]:
    ratio = gate.fairness.endswith("_ratio")
    side, demanded, passed_by_all = ("min", gate.min, 0) if ratio else ("max", gate.max, 1)
    if demanded == passed_by_all:
        yield Finding((*address, side), f"a {'ratio' if ratio else 'difference'} is always within {demanded:g}")


def _of_two(address: Address, metric: str, may_lose: tuple[str, float], whole: float) -> Iterator[Finding]:
    side, allowed = may_lose
    if whole and allowed >= whole:
        yield Finding((*address, side), f"from the best `{metric}` down to chance is {whole:g}: this allows it all")
