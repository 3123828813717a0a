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

    Limits = tuple[float | None, float | None]

CODE = "MS208"
NAME = "repeated-gate"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for index, gate in enumerate(spec.gates):
        name = gate_id(gate)
        if name in first:
            other = spec.gates[first[name]]
            message = f"`{name}` is gated already, at `gates[{first[name]}]`"
            yield Finding(("gates", index), message, _remedy(gate.limits, other.limits))
        first.setdefault(name, index)


def _remedy(one: Limits | None, other: Limits | None) -> str:
    """What becomes of both: one that bounds below and one that bounds above are one gate with two bounds."""
    apart = one and other and all(mine is None or theirs is None for mine, theirs in zip(one, other, strict=True))
    return "write `min` and `max` into one gate" if apart else "keep one"
