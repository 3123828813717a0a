"""What shifts is a score.

`max_score_shift` holds the distribution of a version's scores against that of the live one's. Answers of `task: custom`
are texts, records and lists: they have no distribution along a line, and nothing would ever be compared.

Bad:

    task: custom
    evaluate:
      metrics:
        - {name: fields_right, run: "example.measures:fields_right", direction: higher, per: row}
    gates:
      - metric: fields_right
        min: 0.8
    environments:
      trial:
        after: merge
        rollout: {canary: [10, 50], min_samples: 600, max_score_shift: 0.2}

Good:

    task: custom
    evaluate:
      metrics:
        - {name: fields_right, run: "example.measures:fields_right", direction: higher, per: row}
    gates:
      - metric: fields_right
        min: 0.8
    environments:
      trial:
        after: merge
        rollout: {canary: [10, 50], max_p99: 300ms}

Fix: bound errors and times; what answers are worth, `monitor.performance` says once labels have come in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS431"
NAME = "unshifted-answers"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    reason = TASKS[spec.task].lacks.get("shift")
    if reason is None:
        return
    for name, environment in spec.environments.items():
        if environment.rollout.max_score_shift is not None:
            place = ("environments", name, "rollout", "max_score_shift")
            others = "bound `max_error_rate` and `max_p99`"
            yield Finding(place, reason, "leave it out" if name in spec.batches else others, at_key=True)
