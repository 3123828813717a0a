"""A waiver ends within half a year.

What is waived for longer is a gate that was given up. Then say so: change the bound, with a review that shows it.

Bad:

    governance:
      waivers:
        - gate: roc_auc
          reason: Labels of May are under review, see issue 88.
          owner: "@acme/risk"
          expires: 2099-12-31
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

Fix: choose an earlier day, or change the gate.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS703"
NAME = "lasting-waiver"
SEVERITY: Severity = "warning"


_LONGEST = timedelta(days=183)


def check(spec: Spec, today: date) -> Iterator[Finding]:
    for index, waiver in enumerate(spec.governance.waivers):
        if date.fromisoformat(waiver.expires) > today + _LONGEST:
            message = f"the waiver of `{waiver.gate}` lasts more than half a year"
            latest = f"decide again by {today + _LONGEST}"
            yield Finding(("governance", "waivers", index, "expires"), message, latest)
