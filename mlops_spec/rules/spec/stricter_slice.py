"""A slice is asked for no more than all rows are.

Where every region must reach 0.8, all rows together do as well, and their own gate at 0.7 can't fail. Mostly the two
bounds are each other's.

Bad:

    gates:
      - metric: roc_auc
        min: 0.7
      - slice: region
        metric: roc_auc
        min: 0.8

Good:

    gates:
      - metric: roc_auc
        min: 0.8
      - slice: region
        metric: roc_auc
        min: 0.7

Fix: exchange the bounds, or take the gate of all rows out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.gates.metric import MetricGate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS226"
NAME = "stricter-slice"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    overall = {gate.metric: gate for gate in spec.gates if isinstance(gate, MetricGate)}
    for index, gate in enumerate(spec.gates):
        whole = overall.get(gate.measure or "") if gate.of_parts else None
        if whole is None:
            continue
        for key in ("min", "max"):
            one, all_ = getattr(gate, key), getattr(whole, key)
            if one is not None and all_ is not None and (one > all_ if key == "min" else one < all_):
                message = f"each slice must reach {one:g}, and all rows together {all_:g}"
                yield Finding(("gates", index, key), message, "exchange the bounds")
