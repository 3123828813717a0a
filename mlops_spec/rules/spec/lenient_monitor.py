"""The monitor asks about as much as the gate.

A live model that has lost half of what the gate asked for should ring. A bound far below is reached only when
everybody has noticed.

Bad:

    monitor:
      performance: {labels: data/labels.csv, metric: roc_auc, min: 0.6}

Good:

    monitor:
      performance: {labels: data/labels.csv, metric: roc_auc, min: 0.72}

Fix: set the monitor's bound a little below the gate's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.chance import chance
from mlops_spec.spec.gates.metric import MetricGate
from mlops_spec.spec.metrics import METRICS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS610"
NAME = "lenient-monitor"
SEVERITY: Severity = "warning"


_PART = 1 / 3


def check(spec: Spec) -> Iterator[Finding]:
    watched = spec.monitor.performance if spec.monitor else None
    if watched is None:
        return
    level = chance(spec, watched.metric)
    for gate in spec.gates:
        if not isinstance(gate, MetricGate) or gate.metric != watched.metric or level is None:
            continue
        if gate.min is not None and gate.min > METRICS[gate.metric].high:
            continue
        if (
            watched.min is not None
            and gate.min is not None
            and level < watched.min < gate.min - _PART * (gate.min - level)
        ):
            yield _looser("min", gate.min, watched.min)
        if watched.max is not None and gate.max is not None and gate.max * (1 + _PART) < watched.max < level:
            yield _looser("max", gate.max, watched.max)


def _looser(side: str, gated: float, asked: float) -> Finding:
    message = f"the gate asks {gated:g}, and nobody is told until {asked:g}"
    return Finding(("monitor", "performance", side), message, "ask a little less than the gate")
