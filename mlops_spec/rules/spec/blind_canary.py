"""A canary sees what it is to find, before most requests meet it.

Five requests cannot show one error in a hundred: a version that fails so often is mostly judged healthy. A first step
of nine tenths is no canary, and one of seconds watches nothing.

Bad:

    environments:
      staging: {after: merge}
      production:
        after: staging
        rollout: {canary: [10, 50], min_samples: 5, max_error_rate: 0.01}

Good:

    environments:
      staging: {after: merge}
      production:
        after: staging
        rollout: {canary: [10, 50], min_samples: 200, max_error_rate: 0.01}

Fix: wait for a few times as many requests as one error is allowed in, begin with a tenth, and watch for minutes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.base import seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.spec import Spec

CODE = "MS416"
NAME = "blind-canary"
SEVERITY: Severity = "warning"


_MOST_FIRST = 50
_LEAST_SECONDS = 10
_LEAST_SAMPLES = 30  # that a version which fails once in ten does not pass unseen, as good as always


def check(spec: Spec) -> Iterator[Finding]:
    for name, environment in spec.servers.items():
        rollout = environment.rollout
        place: Address = ("environments", name, "rollout")
        written = rollout.model_fields_set
        if not rollout.canary and rollout.shadow is None:
            continue
        expected = rollout.min_samples * rollout.max_error_rate
        stated = "max_error_rate" in written
        if 0 < expected < 0.99 and (stated or rollout.min_samples < _LEAST_SAMPLES):
            key = "min_samples" if "min_samples" in written else "max_error_rate"
            message = f"{rollout.min_samples} requests cannot show an error rate of {rollout.max_error_rate:.1%}"
            yield Finding((*place, key), message, f"`min_samples: {round(2 / rollout.max_error_rate)}`")
        if rollout.canary and rollout.canary[0] > _MOST_FIRST:
            yield Finding((*place, "canary", 0), f"{rollout.canary[0]} % meet it first", "begin with 10 or less")
        for key, wait in (("watch", rollout.watch), ("shadow", rollout.shadow)):
            if key in written and wait is not None and seconds(wait) < _LEAST_SECONDS:
                yield Finding((*place, key), f"nothing shows in {wait}", "watch for minutes")
