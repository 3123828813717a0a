"""A gate can pass.

A bound beyond the best value, or a `min` above the `max`, stops every release. Sooner or later somebody takes the gate
out, and the good ones with it.

Bad:

    gates:
      - metric: roc_auc
        min: 75

Good:

    gates:
      - metric: roc_auc
        min: 0.75

Fix: measures are shares between 0 and 1 unless they have a unit; set a bound that a good model reaches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.base import seconds, size_in_bytes
from mlops_spec.spec.gates.latency import LatencyGate
from mlops_spec.spec.gates.robustness import RobustnessGate
from mlops_spec.spec.gates.size import SizeGate
from mlops_spec.spec.measures import bounds
from mlops_spec.spec.metrics import METRICS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec
    from mlops_spec.spec.measures import Bound
    from mlops_spec.spec.tasks.metric import Metric

CODE = "MS207"
NAME = "impossible-gate"
SEVERITY: Severity = "error"

_LEAST_SECONDS, _LEAST_BYTES = 0.002, 5000


def check(spec: Spec) -> Iterator[Finding]:
    for bound in bounds(spec):
        if bound.min is not None and bound.max is not None and bound.min > bound.max:
            message = f"no value is at least {bound.min:g} and at most {bound.max:g}"
            yield Finding((*bound.address, "min"), message)
        elif (metric := METRICS.get(bound.metric)) and bound.metric not in spec.evaluate.own:
            yield from _beyond(bound, metric)
    for index, gate in enumerate(spec.gates):
        if isinstance(gate, LatencyGate) and seconds(gate.latency.p99) < _LEAST_SECONDS:
            yield Finding(("gates", index, "latency", "p99"), f"no model answers in {gate.latency.p99}")
        if isinstance(gate, SizeGate) and size_in_bytes(gate.size.max) < _LEAST_BYTES:
            yield Finding(("gates", index, "size", "max"), f"no package fits in {gate.size.max}")
        if isinstance(gate, RobustnessGate) and gate.max_drop == 0:
            message = f"of any rows with errors `{gate.metric}` is worse by something"
            yield Finding(("gates", index, "max_drop"), message, "say how much may be lost")


def _beyond(bound: Bound, metric: Metric) -> Iterator[Finding]:
    if bound.min is not None and bound.min > metric.high:
        yield Finding((*bound.address, "min"), f"`{bound.metric}` is never above {metric.high:g}")
    if bound.max is not None and bound.max < metric.low:
        yield Finding((*bound.address, "max"), f"`{bound.metric}` is never below {metric.low:g}")
    for side, demanded in (("min", bound.min), ("max", bound.max)):
        if demanded is not None and demanded == metric.best and (side == "min") == metric.higher_is_better:
            message = f"of any rows with errors `{bound.metric}` is worse than {demanded:g}"
            yield Finding((*bound.address, side), message, "say what a good model reaches")
