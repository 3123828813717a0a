"""Revoking: a registered version that must never be deployed again, nowhere and by nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec import ledger
from mlops_spec.errors import Exit, Failure
from mlops_spec.ledger.fields import plain
from mlops_spec.ledger.record import Draft, Package, What, Why

if TYPE_CHECKING:
    from datetime import datetime

    from mlops_spec.git import Git
    from mlops_spec.ledger import Head, Record
    from mlops_spec.ledger.record import Who


@dataclass(frozen=True)
class Revocation:
    """The record that revokes a version, and the environments where it is live all the same."""

    record: Record
    new: bool
    live_in: tuple[str, ...]


def revoke(git: Git, version: str, reason: str, who: Who, *, now: datetime | None = None) -> Revocation:
    """Puts on record that a version is revoked, once; it can't be taken back: what was wrong with it stays wrong.

    Raises:
        Failure: it was never registered (exit 1), the remote doesn't answer (69) or refuses (78).
    """

    def decide(end: Head) -> Draft | None:
        state = ledger.replay(ledger.read(git, at=end.commit) if end.commit else ())
        registered = state.registered.get(version)
        if registered is None or registered.what.package is None:
            raise Failure(
                f"{version} was never registered",
                exit_code=Exit.FINDINGS,
                remedy="`mlops-spec audit log --event register` lists what was",
            )
        if version in state.revoked:
            return None
        package = Package(digest=registered.what.package.digest)
        what = What(model=registered.what.model, version=version, package=package)
        return Draft(event="revoke", who=who, what=what, why=Why(kind="manual", text=plain(reason)))

    record = ledger.append_when(git, decide, now=now)
    state = ledger.replay(ledger.read(git))
    live_in = tuple(name for name, live in state.live.items() if live.version == version)
    return Revocation(record or state.revoked[version], record is not None, live_in)
