"""What may disagree decides.

A classifier decides, at its threshold or for the most probable class, and two versions agree or not. A regression
answers a number; no shadow of one could keep to `max_disagreement`, so each would be rolled back.

Bad:

    task: regression
    gates:
      - metric: r2
        min: 0.4
    environments:
      trial:
        after: merge
        rollout: {shadow: 10m, max_disagreement: 0.05}

Good:

    task: regression
    gates:
      - metric: r2
        min: 0.4
    environments:
      trial:
        after: merge
        rollout: {shadow: 10m, min_samples: 200, max_score_shift: 0.2}

Fix: bound the shift of the values instead; how far a shadow's lie from the live version's is on record either way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS410"
NAME = "undecided-disagreement"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    reason = TASKS[spec.task].lacks.get("decision")
    if reason is None:
        return
    for name, environment in spec.environments.items():
        if environment.rollout.max_disagreement is not None:
            place = ("environments", name, "rollout", "max_disagreement")
            hint = "take `max_score_shift`" if TASKS[spec.task].has("shift") else "leave it out"
            yield Finding(place, reason, hint, at_key=True)
