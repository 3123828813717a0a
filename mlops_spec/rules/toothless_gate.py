"""A gate can fail.

A bound that a coin passes stops nothing: an area under the curve of 0.5 is chance, a difference between groups is never
above 1, and no measure between 0 and 1 drops by more than 1. The gate is green, always, and somebody relies on it.

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

from mlops_spec.rule import Finding
from mlops_spec.spec.evaluate import ChampionGate, FairnessGate, RobustnessGate
from mlops_spec.spec.gates import bounds, own_metrics
from mlops_spec.spec.metrics import METRICS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Address, Severity
    from mlops_spec.spec import Spec
    from mlops_spec.spec.gates import Bound
    from mlops_spec.spec.metrics import Metric

CODE = "MS206"
NAME = "toothless-gate"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    own = own_metrics(spec)
    for bound in bounds(spec):
        metric = METRICS.get(bound.metric)
        if metric and bound.metric not in own:
            yield from _against_chance(bound, metric)
    for index, gate in enumerate(spec.gates):
        if isinstance(gate, FairnessGate):
            yield from _between_groups(("gates", index), gate)
        elif isinstance(gate, ChampionGate | RobustnessGate) and (metric := METRICS.get(gate.metric)):
            yield from _of_two(("gates", index), gate, metric)


def _against_chance(bound: Bound, metric: Metric) -> Iterator[Finding]:
    side = "min" if metric.higher_is_better else "max"
    demanded = getattr(bound, side)
    passed = demanded is not None and (
        demanded <= metric.chance if metric.higher_is_better else demanded >= metric.chance
    )
    if passed:
        what = "a model that has learned nothing" if metric.chance != metric.worst else "every model"
        yield Finding((*bound.address, side), f"{what} passes `{bound.metric}` of {demanded:g}")


def _between_groups(address: Address, gate: FairnessGate) -> Iterator[Finding]:
    ratio = gate.fairness.endswith("_ratio")
    side, demanded, passed_by_all = ("min", gate.min, 0) if ratio else ("max", gate.max, 1)
    if demanded == passed_by_all:
        yield Finding((*address, side), f"a {'ratio' if ratio else 'difference'} is always within {demanded:g}")


def _of_two(address: Address, gate: ChampionGate | RobustnessGate, metric: Metric) -> Iterator[Finding]:
    side = "margin" if isinstance(gate, ChampionGate) else "max_drop"
    allowed = getattr(gate, side)
    whole = abs(metric.best - metric.chance)
    if whole and allowed >= whole:
        yield Finding(
            (*address, side), f"from the best `{gate.metric}` down to chance is {whole:g}: this allows it all"
        )
