"""At high risk a person lets a version in.

The EU AI Act (article 14) asks that a person can oversee a system of high risk. A promotion without an approval is one
that nobody looked at.

Bad:

    environments:
      staging: {after: merge}
      production:
        after: staging
        promote: {approvals: 0}
        rollout: {canary: [10, 50]}
    governance:
      risk: high
      intended_use: Ranks applications for a person who decides.
    monitor: {}

Good:

    environments:
      staging: {after: merge}
      production:
        after: staging
        promote: {approvals: 1}
        rollout: {canary: [10, 50]}
    governance:
      risk: high
      intended_use: Ranks applications for a person who decides.
    monitor: {}

Fix: `mlops-spec lint --fix` asks for one approval; name who may give it as `approvers`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Change, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS401"
NAME = "unapproved-promotion"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    if spec.governance.risk != "high":
        return
    for name, environment in spec.environments.items():
        if environment.after != "merge" and environment.promote.approvals == 0:
            place = ("environments", name, "promote", "approvals")
            message = f"at high risk nobody approves what enters `{name}`"
            yield Finding(place, message, "write `1`", fix=(Change(place, "1"),))
