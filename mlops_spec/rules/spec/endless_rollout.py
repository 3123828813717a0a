"""A rollout ends before the job that waits for it.

GitHub stops a job on its runners after six hours. The agent goes on, but the workflow closes what it asked for as
abandoned, and the version is taken back however well it does.

Bad:

    environments:
      staging: {after: merge}
      production:
        after: staging
        rollout: {canary: [10, 50], watch: 12h}

Good:

    environments:
      staging: {after: merge}
      production:
        after: staging
        promote: {soak: 12h}
        rollout: {canary: [10, 50], watch: 1h}

Fix: watch for less long; time on trial before a promotion is `promote.soak`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.base import seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec
    from mlops_spec.spec.environments import Rollout

CODE = "MS411"
NAME = "endless-rollout"
SEVERITY: Severity = "error"

_MOST_HOURS = 5.5  # half an hour of the six is for download, loading and the job's own work


def check(spec: Spec) -> Iterator[Finding]:
    for name, environment in spec.servers.items():
        hours = _hours(environment.rollout)
        if hours > _MOST_HOURS:
            message = f"it takes {hours:,.1f} hours, and GitHub stops the job that waits for it after 6"
            yield Finding(("environments", name, "rollout"), message, f"take {_MOST_HOURS:g} or less", at_key=True)


def _hours(rollout: Rollout) -> float:
    shadow = seconds(rollout.shadow) if rollout.shadow is not None else 0.0
    return (shadow + len(rollout.canary) * seconds(rollout.watch)) / 3600
