"""The desired state of an environment: what main and the ledger together say must be live there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.ledger.record import CLOSED_BY
from mlops_spec.release.declared import Declared, Following, declared_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlops_spec.ledger.record import Record
    from mlops_spec.release.world import World


@dataclass(frozen=True)
class Desired:
    """What an agent makes live. With an `intent` it rolls out and answers it; without, it only heals what drifted."""

    environment: str
    model: str
    version: str
    digest: str
    serial: int
    intent: Record | None


def desired(world: World, environment: str) -> Desired | None:
    """What must be live of the model in an environment; None: nothing was ever asked for there.

    An open intent counts only while main still says the same: an environment that follows the registered versions
    says so for all, a promoted one names version, digest and serial; after a `git revert` the serial is the one that
    the version had before. A rollback that takes effect at once counts whatever main says. Otherwise the last version
    that went live stays.

    Raises:
        Failure: main has no readable deploy file for the environment (exit 2).
    """
    intent = world.state.open.get(environment)
    if intent is not None and _still_wanted(intent, world):
        what = intent.what
        assert what.version
        assert what.package
        return Desired(environment, world.spec.model, what.version, what.package.digest, what.serial or 0, intent)
    now = world.state.live.get(environment)
    if now is None:
        return None
    return Desired(environment, world.spec.model, now.version, now.digest, now.serial, None)


def _still_wanted(intent: Record, world: World) -> bool:
    if intent.event == "rollback.intent":
        return True
    what = intent.what
    said = declared_in(world.main, what.environment or "")
    if isinstance(said, Following):
        return said.model == what.model
    if (what.model, what.version, what.package and what.package.digest) != (said.model, said.version, said.digest):
        return False
    return what.serial == said.serial or _asked_before(said, world.records[: intent.seq])


def _asked_before(said: Declared, records: Sequence[Record]) -> bool:
    return any(
        record.event in CLOSED_BY
        and (record.what.model, record.what.environment) == (said.model, said.environment)
        and record.what.serial == said.serial
        and record.what.version == said.version
        for record in records
    )
