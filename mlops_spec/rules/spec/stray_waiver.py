"""A waiver names a gate that there is.

A waiver of a gate that is gone, or misspelt, looks like a decision and is none; when a gate of that name comes, it is
waived before anybody has seen it.

Bad:

    governance:
      waivers:
        - gate: roc_acu
          reason: Labels of May are under review, see issue 88.
          owner: "@acme/risk"
          expires: 2026-12-31
    gates:
      - metric: roc_auc
        min: 0.75
      - metric: log_loss
        max: 0.5

Good:

    governance:
      waivers:
        - gate: roc_auc
          reason: Labels of May are under review, see issue 88.
          owner: "@acme/risk"
          expires: 2026-12-31
    gates:
      - metric: roc_auc
        min: 0.75
      - metric: log_loss
        max: 0.5

Fix: take the id that the hint gives; `mlops-spec gate` prints them. A slice's gate may be waived for one value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import did_you_mean
from mlops_spec.document.finding import Finding
from mlops_spec.spec.gates import ALWAYS, gate_id
from mlops_spec.spec.gates.slices import SliceGate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec
    from mlops_spec.spec.gates.gate import Gate

CODE = "MS702"
NAME = "stray-waiver"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    ids = {gate_id(gate): gate for gate in spec.gates}
    for index, waiver in enumerate(spec.governance.waivers):
        whole = next((name for name, gate in ids.items() if _is_slice_of(waiver.gate, name, gate)), None)
        if waiver.gate not in (*ids, *ALWAYS) and whole is None:
            address = ("governance", "waivers", index, "gate")
            yield Finding(address, f"there is no gate `{waiver.gate}`", did_you_mean(waiver.gate, ids))


def _is_slice_of(waived: str, name: str, gate: Gate) -> bool:
    """Whether one value of a slice's gate is meant: `slice/age_band/roc_auc/[0,25)`."""
    return isinstance(gate, SliceGate) and waived.startswith(f"{name}/")
