"""Conditions of a promotion have an effect.

An environment `after: merge` takes every registered version; nobody is asked. Its `promote` looks like a barrier and is
none.

Bad:

    environments:
      trial:
        after: merge
        promote: {approvals: 2}

Good:

    environments:
      staging: {after: merge}
      production:
        after: staging
        promote: {approvals: 2}

Fix: put an environment in between, or delete `promote`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS403"
NAME = "idle-promotion"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    for name, environment in spec.environments.items():
        if environment.after == "merge" and "promote" in environment.model_fields_set:
            message = f"`{name}` takes every merge, and asks nobody"
            yield Finding(("environments", name, "promote"), message, "let it be `after` another environment")
