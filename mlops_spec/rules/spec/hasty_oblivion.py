"""A missed day is caught up the day after.

A host that is down for a night finds its way back in the morning. With a `catch_up` shorter than the time between two
days that are due, that night is never scored, and nobody is told.

Bad:

    environments:
      nightly:
        target: batch
        after: merge
        input: /lake/customers/{date}/*.parquet
        output: /lake/scores/{date}/
        schedule: "20 3 * * *"
        catch_up: 12h

Good:

    environments:
      nightly:
        target: batch
        after: merge
        input: /lake/customers/{date}/*.parquet
        output: /lake/scores/{date}/
        schedule: "20 3 * * *"
        catch_up: 3d

Fix: catch up for a few days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.base import seconds
from mlops_spec.spec.cron import Schedule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec


CODE = "MS427"
NAME = "hasty-oblivion"
SEVERITY: Severity = "warning"


_DAY = 86_400.0
_CYCLE = 1461  # days of four years


def check(spec: Spec) -> Iterator[Finding]:
    for name, batch in spec.batches.items():
        schedule = Schedule.read(batch.schedule) if batch.schedule is not None else None
        days = schedule.days_in_four_years() if schedule is not None else 0
        if days and seconds(batch.catch_up) <= _DAY * _CYCLE / days:
            message = f"a day that is missed is out of reach when the next is due: {batch.catch_up}"
            yield Finding(("environments", name, "catch_up"), message, "catch up for a few days, such as `7d`")
