"""A version that is promoted is compared with the live one first.

No canary can stop a bad version that scores by night: it scores all rows, or none. What can is its answers to the rows
that the live version had last, and without a bound on them nothing is held back.

Bad:

    environments:
      staging: {after: merge}
      nightly:
        target: batch
        after: staging
        input: /lake/customers/{date}/*.parquet
        output: /lake/scores/{date}/
        schedule: "20 3 * * *"

Good:

    environments:
      staging: {after: merge}
      nightly:
        target: batch
        after: staging
        input: /lake/customers/{date}/*.parquet
        output: /lake/scores/{date}/
        schedule: "20 3 * * *"
        rollout: {max_score_shift: 0.2}

Fix: bound `max_score_shift`, or `max_disagreement` where there are decisions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec


CODE = "MS426"
NAME = "uncompared-version"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    if not TASKS[spec.task].has("shift"):
        return  # nothing there could be compared
    for name, batch in spec.batches.items():
        rollout = batch.rollout
        if batch.after != "merge" and rollout.max_score_shift is None and rollout.max_disagreement is None:
            message = f"a version takes `{name}` over, whatever it answers"
            yield Finding(("environments", name), message, "add `rollout: {max_score_shift: 0.2}`", at_key=True)
