"""As many people may approve as must.

Two approvals from a list of one user never come, and every promotion waits for ever.

Bad:

    environments:
      staging: {after: merge}
      production:
        after: staging
        promote: {approvals: 2, approvers: ["@alice"]}

Good:

    environments:
      staging: {after: merge}
      production:
        after: staging
        promote: {approvals: 2, approvers: ["@alice", "@bob"]}

Fix: name more approvers or a team, or ask for less approvals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS402"
NAME = "unreachable-approval"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    for name, environment in spec.environments.items():
        approvers = set(environment.promote.approvers)
        only_users = approvers and not any("/" in owner for owner in approvers)
        if only_users and environment.promote.approvals > len(approvers):
            message = f"{environment.promote.approvals} approvals can't come from {len(approvers)} users"
            yield Finding(("environments", name, "promote", "approvals"), message, "name more approvers or a team")
