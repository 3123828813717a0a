"""The days that a schedule asks for: those on which it fires, at the minute at which it does."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from mlops_spec.spec.cron import Schedule

if TYPE_CHECKING:
    from mlops_spec.spec.environments import Batch

LOOK_BACK = 31  # days in which a delivery is looked for, to compare two versions on


def due(environment: Batch, since: datetime, now: datetime) -> tuple[str, ...]:
    """The days whose hour has come since then, oldest first."""
    schedule = Schedule.read(environment.schedule) if environment.schedule else None
    if schedule is None:
        return ()
    days = (now.date() - timedelta(number) for number in range((now.date() - since.date()).days, -1, -1))
    fires = (datetime.combine(day, _hour(schedule), UTC) for day in days if schedule.fires_on(day))
    return tuple(fire.date().isoformat() for fire in fires if since <= fire <= now)


def newest(now: datetime) -> tuple[str, ...]:
    """The days of the last month, newest first."""
    return tuple((now.date() - timedelta(number)).isoformat() for number in range(LOOK_BACK))


def _hour(schedule: Schedule) -> time:
    return time(min(schedule.hours), min(schedule.minutes))
