"""A canary gets the requests that it waits for.

A step without `min_samples` requests is not healthy, and the version is taken back. One percent of the requests of one
minute is few: where a thousand a second would be needed, no version ever gets in.

Bad:

    environments:
      staging: {after: merge}
      production:
        after: staging
        rollout: {canary: [1, 50], watch: 1m, min_samples: 5000}

Good:

    environments:
      staging: {after: merge}
      production:
        after: staging
        rollout: {canary: [10, 50], watch: 10m, min_samples: 500}

Fix: watch for longer, begin with a larger share, or wait for fewer requests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.rule import Finding
from mlops_spec.spec.base import seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS415"
NAME = "starved-canary"
SEVERITY: Severity = "warning"


_MOST_A_SECOND = 1000  # more than one server of this kind answers


def check(spec: Spec) -> Iterator[Finding]:
    for name, environment in spec.environments.items():
        rollout = environment.rollout
        waits = [(seconds(rollout.watch), weight / 100) for weight in rollout.canary]
        waits += [(seconds(rollout.shadow), 1.0)] if rollout.shadow is not None else []
        rate = max((rollout.min_samples / (wait * share) for wait, share in waits), default=0)
        if rate > _MOST_A_SECOND:
            message = f"it takes {rate:,.0f} requests a second to bring {rollout.min_samples:,} to its smallest step"
            yield Finding(("environments", name, "rollout", "min_samples"), message)
