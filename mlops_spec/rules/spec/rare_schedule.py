"""The monitor looks more often than once a quarter.

A model that is looked at once a year goes wrong for a year. Silence then looks like health.

Bad:

    monitor:
      schedule: "17 6 1 1 *"

Good:

    monitor:
      schedule: "17 6 * * *"

Fix: look daily or weekly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.cron import Schedule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS607"
NAME = "rare-schedule"
SEVERITY: Severity = "warning"


_LEAST = 16  # days in four years: once a quarter


def check(spec: Spec) -> Iterator[Finding]:
    schedule = Schedule.read(spec.monitor.schedule) if spec.monitor else None
    days = schedule.days_in_four_years() if schedule else _LEAST
    if 0 < days < _LEAST:
        yield Finding(("monitor", "schedule"), f"it runs on {days} days in four years", "look daily or weekly")
