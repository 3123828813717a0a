"""A batch is scored at one time of its day.

`{date}` names a day. A schedule that fires at several of its hours means one of them: the first, and what came in
later waits for somebody who asks.

Bad:

    environments:
      nightly:
        target: batch
        after: merge
        input: /lake/customers/{date}/*.parquet
        output: /lake/scores/{date}/
        schedule: "20 * * * *"

Good:

    environments:
      nightly:
        target: batch
        after: merge
        input: /lake/customers/{date}/*.parquet
        output: /lake/scores/{date}/
        schedule: "20 3 * * *"

Fix: name one minute and one hour, at which the input of the day is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.cron import Schedule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec


CODE = "MS422"
NAME = "crowded-day"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    for name, batch in spec.batches.items():
        schedule = Schedule.read(batch.schedule) if batch.schedule is not None else None
        times = len(schedule.hours) * len(schedule.minutes) if schedule is not None else 1
        if times > 1:
            message = f"it fires {times} times a day, and a day is scored once"
            yield Finding(("environments", name, "schedule"), message, "name one minute and one hour")
