"""A schedule leaves GitHub five minutes.

The shortest interval that GitHub runs is five minutes. A shorter one is not run more often, only read as if it were.

Bad:

    monitor:
      schedule: "* * * * *"

Good:

    monitor:
      schedule: "17 * * * *"

Fix: once an hour is often enough for anything that a person reacts to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.cron import Schedule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS602"
NAME = "rushed-cron"
SEVERITY: Severity = "error"


_SHORTEST = 5  # minutes, by GitHub's documentation of `on.schedule`


def check(spec: Spec) -> Iterator[Finding]:
    if spec.monitor and (schedule := Schedule.read(spec.monitor.schedule)) and schedule.least_gap() < _SHORTEST:
        message = f"GitHub runs nothing more often than every {_SHORTEST} minutes"
        yield Finding(("monitor", "schedule"), message, "run it once an hour or a day")
