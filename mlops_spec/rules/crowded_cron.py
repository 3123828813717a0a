"""A schedule avoids the full hour.

GitHub delays and drops scheduled runs when everybody starts one, and that is at minute 0.

Bad:

    monitor:
      schedule: "0 6 * * *"

Good:

    monitor:
      schedule: "17 6 * * *"

Fix: take any other minute.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.rule import Finding
from mlops_spec.spec.cron import Schedule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS603"
NAME = "crowded-cron"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    if spec.monitor and (schedule := Schedule.read(spec.monitor.schedule)) and schedule.minutes == {0}:
        message = "at the full hour GitHub delays scheduled runs, and drops some"
        yield Finding(("monitor", "schedule"), message, "take another minute, such as 17")
