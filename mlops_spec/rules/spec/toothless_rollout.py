"""A canary can fail, and so can a shadow.

A version that answers half of its requests with errors, or decides half of them otherwise, is another model or a broken
one. A limit above that never rolls back what should be.

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

Fix: allow about as many errors as the live version has, and no more change than a retrained model brings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS406"
NAME = "toothless-rollout"
SEVERITY: Severity = "error"


_MOST = 0.5
_WOULD_STAY = {
    "max_error_rate": ("a version with {:.0%} errors would stay", "take 0.01 or so"),
    "max_score_shift": ("a version whose scores moved by {:g} would stay", "take 0.2 or so"),
    "max_disagreement": ("a version that decides {:.0%} otherwise would stay", "take 0.1 or so"),
}


def check(spec: Spec) -> Iterator[Finding]:
    for name, environment in spec.servers.items():
        for key, (message, hint) in _WOULD_STAY.items():
            allowed = getattr(environment.rollout, key)
            if allowed is not None and allowed >= _MOST:
                yield Finding(("environments", name, "rollout", key), message.format(allowed), hint)
