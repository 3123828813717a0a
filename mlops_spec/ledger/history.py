"""The history of an environment, as the ledger tells it: what was live, where and when."""

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

    model: str
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


def stays(records: Sequence[Record], model: str | None = None, environment: str | None = None) -> tuple[Stay, ...]:
    """All stays, or those of a model or in an environment, in the order in which they began.

    Asking for the same version again prolongs one.
    """
    found: list[Stay] = []
    current: dict[tuple[str, str], int] = {}
    for record in records:
        what = record.what
        if record.event not in OUTCOMES or record.result != "succeeded" or record.closes is None:
            continue
        if what.environment is None or what.version is None or what.package is None:
            continue
        if environment not in (None, what.environment) or model not in (None, what.model):
            continue
        key = (what.model, what.environment)
        place = current.get(key)
        if place is not None and found[place].digest == what.package.digest:
            continue
        if place is not None:
            found[place] = replace(found[place], until=record)
        current[key] = len(found)
        found.append(Stay(*key, what.version, what.package.digest, records[record.closes], record))
    return tuple(found)


def time_live(records: Sequence[Record], model: str, environment: str, version: str, now: datetime) -> timedelta:
    """How long a version of a model was live in an environment, all its stays together."""
    return sum((s.lasted(now) for s in stays(records, model, environment) if s.version == version), timedelta())
