"""Production does not take every merge.

With `after: merge` whatever passes the gates answers real requests at once: nobody promotes it, nothing is on trial
before, and approvals are never asked for.

Bad:

    environments:
      production: {after: merge}

Good:

    environments:
      staging: {after: merge}
      production: {after: staging}

Fix: put an environment in front and let production be `after` it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.spec import Spec
    from mlops_spec.spec.environments import Environment

CODE = "MS414"
NAME = "unattended-production"
SEVERITY: Severity = "warning"


_USED = regex(r"(^|-)(prod|production|live|prd)(-|$)")


def check(spec: Spec) -> Iterator[Finding]:
    for name, environment in spec.environments.items():
        if _needs_no_approval(spec, environment) and _USED.search(name):
            place: Address = ("environments", name, "promote", "approvals")
            yield Finding(place, f"nobody lets a version into `{name}`", "ask for one approval or more")
        if environment.after == "merge" and _USED.search(name):
            message = f"`{name}` takes every merge, and nobody lets it in"
            yield Finding(("environments", name, "after"), message, "let it be `after` another environment")


def _needs_no_approval(spec: Spec, environment: Environment) -> bool:
    """Whether a promotion needs no approval; at high risk MS401 says so of every environment."""
    promoted = environment.after != "merge"
    return promoted and not environment.promote.approvals and spec.governance.risk != "high"
