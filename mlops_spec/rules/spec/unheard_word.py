"""A gate that waits for an approver's word has two who may give it.

GitHub takes nobody's approval of their own pull request, and the word of who wrote a part of it does not count. Where
one person alone owns the model, what that person changes waits for good, and the release stops as it would have anyway.

Bad:

    owners: ["@ana"]
    gates:
      - metric: roc_auc
        min: 0.75
        on_inconclusive: review

Good:

    owners: ["@ana", "@ben"]
    gates:
      - metric: roc_auc
        min: 0.75
        on_inconclusive: review

Fix: name a second person or a team as an owner, or as an approver of an environment; or leave `on_inconclusive` out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.measures import may_accept

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS223"
NAME = "unheard-word"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    names = may_accept(spec)
    if len(names) != 1 or "/" in names[0]:
        return
    for index, gate in enumerate(spec.gates):
        if gate.reviewed:
            message = f"only {names[0]} may give the word that this gate waits for, and not on an own change"
            hint = "name a second person or a team in `owners`, or as an environment's approver"
            yield Finding(("gates", index, "on_inconclusive"), message, hint)
