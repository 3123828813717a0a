"""A canary can fail.

A version that answers half of its requests with errors is broken. A limit above that never rolls back what should be.

Bad:

    environments:
      staging: {after: merge}
      production:
        after: staging
        rollout: {canary: [10], max_error_rate: 1.0}

Good:

    environments:
      staging: {after: merge}
      production:
        after: staging
        rollout: {canary: [10], max_error_rate: 0.01}

Fix: allow about as many errors as the live version has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.rule import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS406"
NAME = "toothless-rollout"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    for name, environment in spec.environments.items():
        allowed = environment.rollout.max_error_rate
        if allowed >= 0.5:
            message = f"a version with {allowed:.0%} errors would stay"
            yield Finding(("environments", name, "rollout", "max_error_rate"), message, "take 0.01 or so")
