"""A shift of the scores can be told from chance.

Two samples of the same scores lie apart by chance, the further the fewer they are. The agent calls a small shift small
only where there are enough to tell, so with `min_samples` below that a good version is rolled back too.

Bad:

    environments:
      staging: {after: merge}
      production:
        after: staging
        rollout: {canary: [10, 50], min_samples: 100, max_score_shift: 0.1}

Good:

    environments:
      staging: {after: merge}
      production:
        after: staging
        rollout: {canary: [10, 50], min_samples: 600, max_score_shift: 0.1}

Fix: wait for more samples, or allow a larger shift.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.package.shift import rows_needed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec
    from mlops_spec.spec.environments import Rollout

CODE = "MS409"
NAME = "blurred-shift"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    for name, environment in spec.servers.items():
        rollout = environment.rollout
        needed = _samples_needed(rollout)
        if rollout.min_samples < needed:
            bound, samples = rollout.max_score_shift, rollout.min_samples
            message = f"with {samples} samples a shift of {bound:g} may be chance"
            yield Finding(("environments", name, "rollout", "max_score_shift"), message, f"`min_samples: {needed}`")


def _samples_needed(rollout: Rollout) -> int:
    """Samples that every step needs; a shadow has as many as the live version."""
    if rollout.max_score_shift is None:
        return 0
    shares = [weight / 100 for weight in rollout.canary] + ([0.5] if rollout.shadow is not None else [])
    return max((rows_needed(rollout.max_score_shift, share) for share in shares), default=0)
