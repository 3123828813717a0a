"""A model that decides about people says what for.

Risk belongs to a use, not to a model. Without it neither a reviewer nor a user can tell a right use from a wrong one,
and the model card is empty where it matters.

Bad:

    governance:
      risk: limited

Good:

    governance:
      risk: limited
      intended_use: Ranks applications for a person who decides.

Fix: write one sentence: who decides what with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS706"
NAME = "unstated-use"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    if spec.governance.risk != "minimal" and spec.governance.intended_use is None:
        message = f"a model of {spec.governance.risk} risk does not say what it is for"
        yield Finding(("governance", "risk"), message, "add `intended_use`")
