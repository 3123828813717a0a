"""A waiver has not expired.

Somebody answered for a failing gate until a day. Since that day nobody does.

Bad:

    governance:
      waivers:
        - gate: roc_auc
          reason: Labels of May are under review, see issue 88.
          owner: "@acme/risk"
          expires: 2020-01-31
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

Fix: make the gate pass, or let its owner decide anew and say why.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS701"
NAME = "expired-waiver"
SEVERITY: Severity = "error"


def check(spec: Spec, today: date) -> Iterator[Finding]:
    for index, waiver in enumerate(spec.governance.waivers):
        expires = date.fromisoformat(waiver.expires)
        if expires < today:
            days = (today - expires).days
            message = f"the waiver of `{waiver.gate}` expired {days} day{'s' * (days > 1)} ago"
            yield Finding(("governance", "waivers", index, "expires"), message, "decide anew, or make the gate pass")
