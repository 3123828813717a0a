"""The monitor asks no more than the gate.

A model that has just passed its gate would raise the alarm on the first day, and alarms that are always on are turned
off.

Bad:

    gates:
      - metric: roc_auc
        min: 0.75
    monitor:
      performance: {labels: data/labels.csv, metric: roc_auc, min: 0.8}

Good:

    gates:
      - metric: roc_auc
        min: 0.75
    monitor:
      performance: {labels: data/labels.csv, metric: roc_auc, min: 0.72}

Fix: set the monitor's bound a little below the gate's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.gates.metric import MetricGate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS605"
NAME = "early-alarm"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    watched = spec.monitor.performance if spec.monitor else None
    if watched is None:
        return
    for gate in spec.gates:
        if isinstance(gate, MetricGate) and gate.metric == watched.metric:
            if watched.min is not None and gate.min is not None and watched.min > gate.min:
                yield _stricter("min", gate.min, watched.min)
            if watched.max is not None and gate.max is not None and watched.max < gate.max:
                yield _stricter("max", gate.max, watched.max)


def _stricter(side: str, gated: float, asked: float) -> Finding:
    message = f"the gate lets a model of {gated:g} in, the monitor asks {asked:g}"
    return Finding(("monitor", "performance", side), message, "ask a little less than the gate")
