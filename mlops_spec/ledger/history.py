"""What was live, where and when, as the ledger tells it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mlops_spec.ledger.fields import moment
from mlops_spec.ledger.record import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mlops_spec.ledger.record import Record


@dataclass(frozen=True)
class Stay:
    """A version's time in an environment: from the outcome that brought it to the one that replaced it."""

    environment: str
    version: str
    digest: str
    intent: Record
    outcome: Record
    until: Record | None = None

    @property
    def since(self) -> datetime:
        """When it went live."""
        return moment(self.outcome.time)

    def lasted(self, now: datetime) -> timedelta:
        """How long it was live until `now`."""
        return max((moment(self.until.time) if self.until else now) - self.since, timedelta())


def stays(records: Sequence[Record], environment: str | None = None) -> tuple[Stay, ...]:
    """All stays, in the order in which they began; asking for the same version again prolongs one."""
    found: list[Stay] = []
    current: dict[str, int] = {}
    for record in records:
        what = record.what
        if record.event not in OUTCOMES or record.result != "succeeded" or record.closes is None:
            continue
        if what.environment is None or what.version is None or what.package is None:
            continue
        if environment not in (None, what.environment):
            continue
        place = current.get(what.environment)
        if place is not None and found[place].digest == what.package.digest:
            continue
        if place is not None:
            found[place] = replace(found[place], until=record)
        current[what.environment] = len(found)
        found.append(Stay(what.environment, what.version, what.package.digest, records[record.closes], record))
    return tuple(found)


def time_live(records: Sequence[Record], environment: str, version: str, now: datetime) -> timedelta:
    """How long a version was live in an environment, all its stays together."""
    return sum((s.lasted(now) for s in stays(records, environment) if s.version == version), timedelta())
