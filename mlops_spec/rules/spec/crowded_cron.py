"""A schedule avoids midnight and every full hour.

GitHub delays and drops scheduled runs when everybody starts one: at midnight UTC, and at minute 0 for what runs each
hour.

Bad:

    monitor:
      schedule: "0 0 * * *"

Good:

    monitor:
      schedule: "17 6 * * *"

Fix: take any other minute.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.cron import Schedule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS603"
NAME = "crowded-cron"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    schedule = Schedule.read(spec.monitor.schedule) if spec.monitor else None
    if schedule and schedule.minutes == {0} and (schedule.hours == {0} or len(schedule.hours) == _HOURS):
        message = "then GitHub delays scheduled runs, and drops some"
        yield Finding(("monitor", "schedule"), message, "take another minute, such as 17")


_HOURS = 24
