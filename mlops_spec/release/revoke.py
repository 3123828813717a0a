"""Revoking: a registered version is never deployed again, nowhere and by nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec import ledger
from mlops_spec.errors import Exit, Failure
from mlops_spec.ledger.fields import plain
from mlops_spec.ledger.record import Draft, Package, What, Why
from mlops_spec.place import tag_of

if TYPE_CHECKING:
    from datetime import datetime

    from mlops_spec.git import Git
    from mlops_spec.ledger import Head, Record, State
    from mlops_spec.ledger.record import Who


@dataclass(frozen=True)
class Revocation:
    """The record that revokes a version, and the environments where it is live all the same."""

    record: Record
    new: bool
    live_in: tuple[str, ...]


def revoke(git: Git, name: str, reason: str, who: Who, *, now: datetime | None = None) -> Revocation:
    """Puts on record that a version is revoked, once; it can't be taken back: what was wrong with it stays wrong.

    `name` is a version, or `MODEL@VERSION` where several models have one of that number.

    Raises:
        Failure: it was never registered (exit 1), the remote doesn't answer (69) or refuses (78).
    """

    def decide(end: Head) -> Draft | None:
        state = ledger.read_state(git, at=end.commit) if end.commit else ledger.State()
        model, version, package = _registered(state, name)
        if version in state.of(model).revoked:
            return None
        what = What(model=model, version=version, package=Package(digest=package.digest))
        return Draft(event="revoke", who=who, what=what, why=Why(kind="manual", text=plain(reason)))

    record = ledger.append_when(git, decide, now=now)
    now_on_record = ledger.read_state(git)
    model, version, _ = _registered(now_on_record, name)
    state = now_on_record.of(model)
    live_in = tuple(environment for environment, live in state.live.items() if live.version == version)
    return Revocation(record or state.revoked[version], record is not None, live_in)


def _registered(state: State, name: str) -> tuple[str, str, Package]:
    model, _, version = name.rpartition("@")
    found = [each.what for each in state.registered if each.what.version == version and model in ("", each.what.model)]
    if not found or found[0].package is None:
        raise Failure(
            f"{name} was never registered",
            exit_code=Exit.FINDINGS,
            remedy="`mlops-spec audit log --event register` lists what was",
        )
    if len(found) > 1:
        several = ", ".join(tag_of(what.model, version) for what in found)
        raise Failure(f"{name}: {len(found)} models have such a version", remedy=f"say which: {several}")
    return found[0].model, version, found[0].package
