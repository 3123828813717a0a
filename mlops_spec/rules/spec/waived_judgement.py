"""Something judges the model while gates are waived.

A waiver lets one gate fail for a while because the others hold. Where every gate on quality is waived, any model is
released, and the repository says that it was judged.

Bad:

    gates:
      - metric: roc_auc
        min: 0.75
    governance:
      waivers:
        - gate: roc_auc
          reason: The new region's labels are late, see issue 90.
          owner: "@acme/team"
          expires: 2027-01-31

Good:

    gates:
      - metric: roc_auc
        min: 0.75
      - metric: log_loss
        max: 0.5
    governance:
      waivers:
        - gate: log_loss
          reason: The new region's labels are late, see issue 90.
          owner: "@acme/team"
          expires: 2027-01-31

Fix: loosen one gate to what can be borne for this while, and leave it in force.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.gates import gate_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS716"
NAME = "waived-judgement"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    judging = {gate_id(gate) for gate in spec.gates if gate.of_quality}
    waived = {waiver.gate for waiver in spec.governance.waivers}
    if judging and judging <= waived:
        last = max(index for index, waiver in enumerate(spec.governance.waivers) if waiver.gate in judging)
        message = "with this every gate on quality is waived, and any model passes"
        yield Finding(("governance", "waivers", last, "gate"), message, "leave one in force")
