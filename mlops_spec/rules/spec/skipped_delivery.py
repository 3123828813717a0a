"""A delivery that one environment scores, the one behind it scores as well.

`{date}` is the day on which the schedule fires. Where what came before takes the folder of each day and this one fires
on Mondays, the folders of the other days are never scored for those who read the scores. And forecasts that are made
less often than they reach ahead leave days of which nobody has one.

Bad:

    environments:
      trial:
        target: batch
        after: merge
        input: /lake/customers/{date}/*.parquet
        output: /lake/trial/{date}/
        schedule: "20 3 * * *"
      nightly:
        target: batch
        after: trial
        input: /lake/customers/{date}/*.parquet
        output: /lake/scores/{date}/
        schedule: "20 4 * * 1"
        rollout: {max_score_shift: 0.2}

Good:

    environments:
      trial:
        target: batch
        after: merge
        input: /lake/customers/{date}/*.parquet
        output: /lake/trial/{date}/
        schedule: "20 3 * * *"
      nightly:
        target: batch
        after: trial
        input: /lake/customers/{date}/*.parquet
        output: /lake/scores/{date}/
        schedule: "20 4 * * *"
        rollout: {max_score_shift: 0.2}

Fix: let it fire on each day that has a delivery, and as often as a forecast reaches ahead.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.cadence import amount, by_calendar
from mlops_spec.spec.cron import Schedule
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS430"
NAME = "skipped-delivery"
SEVERITY: Severity = "warning"

_YEAR = [date(2026, 1, 1) + timedelta(days=day) for day in range(366)]


def check(spec: Spec) -> Iterator[Finding]:
    days = {name: _fires_on(batch.schedule) for name, batch in spec.batches.items()}
    for name, batch in spec.batches.items():
        place = ("environments", name, "schedule")
        before = spec.batches.get(batch.after)
        if before and before.input == batch.input and (missed := days[batch.after] - days[name]) and days[name]:
            message = f"`{batch.after}` scores {len(missed)} days a year whose deliveries are never scored here"
            yield Finding(place, message, "let it fire on each of them")
        elif (reach := _days_ahead(spec)) and days[name] and (gap := _longest(sorted(days[name]))) > reach:
            message = f"forecasts of {spec.data.split.horizon} are made {gap} days apart"
            yield Finding(place, message, "let it fire as often as a forecast reaches ahead")


def _fires_on(line: str | None) -> set[date]:
    schedule = Schedule.read(line) if line else None
    return {day for day in _YEAR if schedule.fires_on(day)} if schedule else set()


def _longest(days: list[date]) -> int:
    return max(((later - earlier).days for earlier, later in pairwise(days)), default=0)


def _days_ahead(spec: Spec) -> float | None:
    """How many days a forecast reaches ahead; None where it is none, or of months."""
    horizon = spec.data.split.horizon if TASKS[spec.task].ahead else None
    return None if horizon is None or by_calendar(horizon) else amount(horizon) / 86_400
