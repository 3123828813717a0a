"""Going back: to which version, and the intent that brings it back at once, before anybody merges anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec import ledger
from mlops_spec.errors import Exit, refuse
from mlops_spec.git import Stale
from mlops_spec.ledger.fields import plain
from mlops_spec.ledger.history import stays
from mlops_spec.ledger.record import CLOSED_BY, Draft, Record, Why
from mlops_spec.ledger.state import version_key
from mlops_spec.release.declared import Declared, declared_in
from mlops_spec.release.intents import nothing_begun
from mlops_spec.release.promotion import what_for
from mlops_spec.release.proof import verify_release
from mlops_spec.release.world import look

if TYPE_CHECKING:
    from datetime import datetime

    from mlops_spec.git import Git
    from mlops_spec.ledger.record import Who
    from mlops_spec.release.world import World

ATTEMPTS = 8


@dataclass(frozen=True)
class Back:
    """Which environment goes back, why, and to which version; None: the one before, see `version_back`."""

    environment: str
    reason: str
    to: str | None = None


def newest_main(git: Git, *, at: str | None = None, now: datetime | None = None) -> World:
    """The ledger, and main as the remote has it now.

    Raises:
        Failure: the ledger or the spec does not hold (1, 2), or the remote doesn't answer (69).
    """
    return look(git, revision=git.fetch_main().commit, at=at, now=now)


def version_back(world: World, environment: str, to: str | None = None) -> str:
    """The version that an environment goes back to.

    Without `to`: what is live, where something else is on its way or was declared and did not come to be live; else
    the last one before it that is older and not revoked.

    Raises:
        Failure: there is none, or `to` was never live there, or was revoked (exit 1).
    """
    world.environment(environment)
    state = world.state
    live, asked = state.live.get(environment), state.open.get(environment)
    if live is None:
        refuse(f"nothing was ever live in {environment}: there is nothing to go back to")
    if to is not None:
        if (environment, to) not in state.proven:
            refuse(
                f"{to} was never live in {environment}",
                f"there were {', '.join(_versions_once_live(world, environment))}",
            )
        if to in state.revoked:
            refuse(f"{to} was revoked")
        return to
    if asked is not None:
        return asked.what.version or "" if asked.event == "rollback.intent" else live.version
    said = declared_in(world.main, environment)
    if isinstance(said, Declared) and (said.version, said.digest) != (live.version, live.digest):
        return live.version
    older = [each for each in _versions_once_live(world, environment) if version_key(each) < version_key(live.version)]
    left = [each for each in older if each not in state.revoked]
    if not left:
        refuse(f"nothing older than {live.version} was ever live in {environment}", "name a version by --to")
    return left[-1]


def roll_back(git: Git, back: Back, who: Who, *, now: datetime | None = None) -> tuple[str, Record | None]:
    """Records the intent to go back at once: (version, intent); None: that version is live already.

    An intent that is open for something else is abandoned by the same push, so a canary under way ends.

    Raises:
        Stale: others kept appending, or another rollback is open (exit 75).
        Failure: there is nothing to go back to, or it is not what was registered (exit 1), or the remote doesn't
            answer (69).
    """
    environment, version = back.environment, back.to
    for _ in range(ATTEMPTS):
        end = ledger.head(git)
        world = newest_main(git, at=end.commit, now=now)
        version = version_back(world, environment, version)
        asked = world.state.open.get(environment)
        if asked is not None and asked.event == "rollback.intent":
            return version, _taken_up(asked, version)
        drafts = _drafts(world, environment, version, Why(kind="rollback", text=plain(back.reason)), who)
        try:
            records = ledger.append(git, end, drafts, now=now)[0] if drafts else ()
        except Stale:
            continue
        return version, next((record for record in records if record.event == "rollback.intent"), None)
    raise Stale("others kept appending to the ledger", exit_code=Exit.STALE, remedy="run it again")


def begun(world: World, environment: str) -> tuple[Back, Record | None]:
    """The rollback at once that an earlier run recorded, and its intent; None: it only ended what was under way.

    Raises:
        Failure: none is on record (exit 75).
    """
    world.environment(environment)
    intent, live = world.state.asked.get(environment), world.state.live.get(environment)
    if intent is not None and intent.event == "rollback.intent":
        return Back(environment, _text(intent), intent.what.version), intent
    ended = ledger.outcome_of(world.records, intent) if intent else None
    if live and intent and ended and _kind(ended) == "rollback" and _kind(intent) != "rollback":
        return Back(environment, _text(ended), live.version), None
    raise nothing_begun(f"no rollback of {environment} is on record")


def _text(record: Record) -> str:
    return (record.why.text if record.why else None) or ""


def _kind(record: Record) -> str | None:
    return record.why.kind if record.why else None


def _taken_up(asked: Record, version: str) -> Record:
    if asked.what.version != version:
        raise Stale(
            f"a rollback of {asked.what.environment} to {asked.what.version} is open (record {asked.seq})",
            exit_code=Exit.STALE,
            remedy="run it again once the agent has answered",
        )
    return asked


def _drafts(world: World, environment: str, version: str, why: Why, who: Who) -> list[Draft]:
    state, drafts = world.state, []
    asked, live = state.open.pop(environment, None), state.live[environment]
    if asked is not None:
        event = CLOSED_BY[asked.event]
        drafts.append(Draft(event=event, who=who, what=asked.what, why=why, closes=asked.seq, result="abandoned"))
    if live.version != version:
        verify_release(world.git, world.records, state.registered[version])
        what = what_for(world, environment, state.registered[version])
        intent = Draft(event="rollback.intent", who=who, what=what, why=why)
        problem = state.problem(intent)
        if problem is not None:
            refuse(problem)
        drafts.append(intent)
    return drafts


def _versions_once_live(world: World, environment: str) -> list[str]:
    return [stay.version for stay in stays(world.records, world.spec.model, environment)]
