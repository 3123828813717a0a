"""A schedule is one that GitHub runs.

GitHub passes over a cron line that it can't read, and the monitor never runs, nor does a batch: silence looks like
health.

Bad:

    monitor:
      schedule: "17 25 * * *"

Good:

    monitor:
      schedule: "17 6 * * *"

Fix: five fields in UTC: minute (0-59), hour (0-23), day (1-31), month (1-12 or JAN-DEC), weekday (0-6 or SUN-SAT).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.cron import Schedule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.spec import Spec

CODE = "MS601"
NAME = "bad-cron"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    lines = [(("environments", name, "schedule"), each.schedule) for name, each in spec.batches.items()]
    watch: Address = ("monitor", "schedule")
    for place, line in [(watch, spec.monitor.schedule if spec.monitor else None), *lines]:
        if line is not None and (problem := _problem(line)):
            yield Finding(place, problem)


def _problem(line: str) -> str:
    try:
        schedule = Schedule.parse(line)
    except ValueError as error:
        return str(error)
    return "" if schedule.days_in_four_years() else "no calendar has such a day, so nothing ever runs"
