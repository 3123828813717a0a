"""A schedule runs on the days that it seems to.

Where a day of the month and one of the week are both named, cron runs on either: `1-7 * 1` is not the first Monday of
the month, but its first seven days and every Monday. And a 31st there is in seven months only.

Bad:

    monitor:
      schedule: "17 6 1-7 * 1"

Good:

    monitor:
      schedule: "17 6 * * 1"

Fix: name one of both; for the end of a month run on the first of the next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.cron import Schedule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS613"
NAME = "odd-days"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    schedule = Schedule.read(spec.monitor.schedule) if spec.monitor else None
    if schedule is None or spec.monitor is None:
        return
    place = ("monitor", "schedule")
    _, _, day, _, weekday = spec.monitor.schedule.split(" ")
    if not day.startswith("*") and not weekday.startswith("*"):
        message = f"it runs on days {day} of the month, and on weekdays {weekday} too: either will do"
        yield Finding(place, message, "name one of both")
    elif min(schedule.days) > 28 and len(schedule.weekdays) == 7 and len(schedule.months) == 12:
        message = f"not every month has a day {min(schedule.days)}, and it is left out there"
        yield Finding(place, message, "run on the first of the next month")
