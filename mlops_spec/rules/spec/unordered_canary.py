"""A canary takes more with every step.

The share of requests that the new version answers grows from step to step; when all is well it takes all. A step back
is no test.

Bad:

    environments:
      staging: {after: merge}
      production:
        after: staging
        rollout: {canary: [50, 10]}

Good:

    environments:
      staging: {after: merge}
      production:
        after: staging
        rollout: {canary: [10, 50]}

Fix: `mlops-spec lint --fix` puts the steps in order where none stands twice.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.rules.rule import in_order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.spec import Spec

CODE = "MS404"
NAME = "unordered-canary"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    for name, environment in spec.servers.items():
        steps = environment.rollout.canary
        if any(before >= after for before, after in pairwise(steps)):
            place: Address = ("environments", name, "rollout", "canary")
            yield Finding(place, "the steps of the canary do not ascend", fix=in_order(place, steps))
