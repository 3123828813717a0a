"""At high risk a version does not take all requests at once.

A canary shows errors, delays and nonsense on a tenth of the requests before they reach everybody.

Bad:

    environments:
      staging: {after: merge}
      production: {after: staging}
    governance:
      risk: high
      intended_use: Ranks applications for a person who decides.
    monitor: {}

Good:

    environments:
      staging: {after: merge}
      production:
        after: staging
        rollout: {canary: [10, 50], watch: 10m}
    governance:
      risk: high
      intended_use: Ranks applications for a person who decides.
    monitor: {}

Fix: give the environment a `rollout` with `canary` steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS405"
NAME = "sudden-rollout"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    if spec.governance.risk != "high":
        return
    for name, environment in spec.servers.items():
        if environment.after != "merge" and not environment.rollout.canary and not _serves_nobody_yet(spec, name):
            message = f"at high risk a new version takes all requests of `{name}` at once"
            yield Finding(("environments", name), message, "add `rollout: {canary: [10, 50]}`", at_key=True)


_TRIAL = regex(r"^pre(-|_|view|prod|live)|^(stag|test|qa|uat|accept|integration|dev|trial|sandbox|shadow)")


def _serves_nobody_yet(spec: Spec, name: str) -> bool:
    return bool(_TRIAL.search(name)) and any(environment.after == name for environment in spec.servers.values())
