"""Somebody owns the model.

Alarms, reviews and waivers go to the owners. A model without one runs until it hurts, and then nobody knows whom to
call.

Bad:

    owners: []

Good:

    owners: ["@acme/team"]

Fix: name a user or, better, a team as CODEOWNERS does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS705"
NAME = "unowned-model"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    if not spec.owners:
        yield Finding(("owners",), "nobody owns the model", "name a team, such as `@acme/credit`")
