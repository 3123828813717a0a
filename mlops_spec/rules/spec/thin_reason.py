"""A waiver says why.

The reason is what an auditor reads in a year. A word of less than twenty characters is no reason, only a pass.

Bad:

    governance:
      waivers:
        - gate: roc_auc
          reason: known issue
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

Fix: say what is known, who looks at it, and where.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS708"
NAME = "thin-reason"
SEVERITY: Severity = "warning"


_SHORTEST = 20  # the ledger refuses a shorter reason for an override or a waiver


def check(spec: Spec) -> Iterator[Finding]:
    for index, waiver in enumerate(spec.governance.waivers):
        if len(waiver.reason.strip()) < _SHORTEST:
            message = f"the waiver of `{waiver.gate}` does not say why"
            hint = f"write at least {_SHORTEST} characters"
            yield Finding(("governance", "waivers", index, "reason"), message, hint)
