"""What a rollout is judged on has an effect.

Without canary steps or a shadow a version takes over at once and nobody watches; without a shadow no answers are
compared. Such a bound looks like a guard and is none.

Bad:

    environments:
      staging: {after: merge}
      production:
        after: staging
        rollout: {canary: [10], max_disagreement: 0.05}

Good:

    environments:
      staging: {after: merge}
      production:
        after: staging
        rollout: {shadow: 10m, canary: [10], max_disagreement: 0.05}

Fix: add `canary` steps or a `shadow`, or delete the setting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec
    from mlops_spec.spec.environments import Rollout

CODE = "MS408"
NAME = "idle-watch"
SEVERITY: Severity = "warning"

_OF_ANY_STEP = ("min_samples", "max_error_rate", "max_p99", "max_score_shift")


def check(spec: Spec) -> Iterator[Finding]:
    for name, environment in spec.servers.items():
        for key, message, hint in _idle_settings(environment.rollout):
            yield Finding(("environments", name, "rollout", key), message, hint, at_key=True)


def _idle_settings(rollout: Rollout) -> Iterator[tuple[str, str, str]]:
    written = rollout.model_fields_set
    watched = bool(rollout.canary) or rollout.shadow is not None
    if "watch" in written and not rollout.canary:
        yield "watch", "there is no canary step to watch", "add `canary: [10, 50]`"
    for key in _OF_ANY_STEP:
        if key in written and not watched:
            yield key, "nobody watches a version that takes over at once", "add `canary: [10, 50]` or `shadow: 10m`"
    if "max_disagreement" in written and rollout.shadow is None:
        yield "max_disagreement", "without a shadow no answers are compared", "add `shadow: 10m`"
