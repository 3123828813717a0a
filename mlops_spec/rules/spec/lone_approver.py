"""Where nobody approves their own change, more than one person can approve.

GitHub lets nobody approve their own pull request, and no promotion counts the approval of who made the change. Where
one person is the only owner and the only approver, either nothing of theirs is ever released, or they take the guards
away to release it.

Bad:

    owners: ["@alice"]
    governance:
      risk: high
      intended_use: Ranks applications for a person who decides.

Good:

    owners: ["@alice", "@bob"]
    governance:
      risk: high
      intended_use: Ranks applications for a person who decides.

Fix: name a second owner or a team, or approvers of the environment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.spec import Spec

CODE = "MS720"
NAME = "lone-approver"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    owner = spec.sole_owner
    stated = "separation_of_duties" in spec.governance.model_fields_set and spec.governance.separation_of_duties
    if owner is None or not (stated or spec.governance.risk == "high"):
        return
    promoted = {
        name: each.promote
        for name, each in spec.environments.items()
        if each.after != "merge" and each.promote.approvals
    }
    if not promoted and spec.governance.risk != "high":
        return
    message = f"nobody but {owner} may approve, and nobody may approve their own change"
    if not any({*each.approvers} - {owner} for each in promoted.values()):
        named: list[Address] = [
            ("environments", name, "promote", "approvers") for name, each in promoted.items() if each.approvers
        ]
        yield Finding(named[0] if named else ("owners",), message, "name a second owner or a team")
        return
    for name, each in promoted.items():
        if not {*each.approvers} - {owner}:
            place = ("environments", name, "promote", "approvers") if each.approvers else ("environments", name)
            yield Finding(place, message, "name another approver", at_key=not each.approvers)
