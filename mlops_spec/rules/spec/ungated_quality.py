"""Something must be good enough.

A model that need only be small, quick or fair may be useless: a constant answer is all three. At least one gate holds
the quality of all answers against a bound or against what is live.

Bad:

    gates:
      - size: {max: 50MB}

Good:

    gates:
      - metric: roc_auc
        min: 0.75
      - size: {max: 50MB}

Fix: add a gate with `metric` and `min` or `max`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.measures import stock_measures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS204"
NAME = "ungated-quality"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    if not stock_measures(spec) and not spec.evaluate.own:
        return  # MS172
    if not any(gate.of_quality for gate in spec.gates):
        yield Finding(("gates",), "no gate demands quality", "add a gate with `metric` and a bound")
