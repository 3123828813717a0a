"""A canary gets the requests that it waits for.

A step without `min_samples` requests is not healthy, and the version is taken back. One percent of the requests of one
minute is few: where a thousand a second would be needed, no version ever gets in. Where the description says how much
is asked in a day, that is what a step can see.

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

from mlops_spec.document.finding import Finding
from mlops_spec.spec.base import seconds
from mlops_spec.spec.traffic import told_rate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.spec import Spec

CODE = "MS415"
NAME = "starved-canary"
SEVERITY: Severity = "warning"


_MOST_A_SECOND = 1000  # more than one server of this kind answers


def check(spec: Spec) -> Iterator[Finding]:
    told = told_rate(spec)
    for name, environment in spec.servers.items():
        rollout = environment.rollout
        waits = [(seconds(rollout.watch), weight / 100) for weight in rollout.canary]
        waits += [(seconds(rollout.shadow), 1.0)] if rollout.shadow is not None else []
        rate = max((rollout.min_samples / (wait * share) for wait, share in waits), default=0)
        if rate > _MOST_A_SECOND:
            message = f"it takes {rate:,.0f} requests a second to bring {rollout.min_samples:,} to its smallest step"
            yield Finding(("environments", name, "rollout", "min_samples"), message)
        elif told is not None and rate > told[0]:
            seen = rollout.min_samples * told[0] / rate
            message = f"at {told[1]} its smallest step sees {seen:,.1f} requests, and waits for {rollout.min_samples:,}"
            place: Address = ("environments", name, "rollout")
            key = "min_samples" if "min_samples" in rollout.model_fields_set else "watch"
            yield Finding((*place, key), message, "watch for longer, or ask for fewer")
