"""Somebody starts the scoring.

Without `schedule` no agent scores by itself, no day is late and none is caught up: it happens when somebody runs
`mlops-spec score --day`, or not at all.

Bad:

    environments:
      nightly:
        target: batch
        after: merge
        input: /lake/customers/{date}/*.parquet
        output: /lake/scores/{date}/

Good:

    environments:
      nightly:
        target: batch
        after: merge
        input: /lake/customers/{date}/*.parquet
        output: /lake/scores/{date}/
        schedule: "20 3 * * *"

Fix: say when the day's input must be there. Where a scheduler of your own calls `score`, ignore the rule and say so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec


CODE = "MS421"
NAME = "unscheduled-batch"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    for name, batch in spec.batches.items():
        if batch.schedule is None:
            message = f"nothing is scored in `{name}` unless somebody asks"
            yield Finding(("environments", name), message, 'add `schedule: "20 3 * * *"`', at_key=True)
