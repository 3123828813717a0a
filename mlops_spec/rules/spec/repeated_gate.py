"""A gate is declared once.

Gates have ids, and reports, waivers and the ledger name them by it. Of two with the same id only one could be waived,
compared and cited, and the reader does not know which.

Bad:

    gates:
      - metric: roc_auc
        min: 0.75
      - metric: roc_auc
        min: 0.80

Good:

    gates:
      - metric: roc_auc
        min: 0.80

Fix: keep the stricter one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.gates import gate_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS208"
NAME = "repeated-gate"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for index, gate in enumerate(spec.gates):
        name = gate_id(gate)
        if name in first:
            yield Finding(("gates", index), f"`{name}` is gated already, at `gates[{first[name]}]`", "keep one")
        first.setdefault(name, index)
