"""The record of what a target scored by the calendar, and what a pass says of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mlops_spec import ledger
from mlops_spec.ledger.fields import plain
from mlops_spec.ledger.history import stays
from mlops_spec.ledger.record import Data, Draft, Evidence, FromWhat, Package, What, Why
from mlops_spec.ledger.state import unfit
from mlops_spec.ledger.who import agent

if TYPE_CHECKING:
    from datetime import datetime

    from mlops_spec.deploy.passes import Done
    from mlops_spec.git import Git
    from mlops_spec.ledger import Live, Record
    from mlops_spec.release.world import World
    from mlops_spec.targets.live import Scored


def first_live(world: World, environment: str) -> datetime:
    """Since when any version has been live in an environment that has one."""
    return stays(world.records, world.spec.model, environment)[0].since


def put_on_record(git: Git, world: World, live: Live, scored: Scored) -> Record | None:
    """Records the outcome of a day once; None: it is on record, or is a problem that says nothing of the delivery.

    Raises:
        Failure: the remote does not answer (69).
    """
    if scored.passing or (scored.again and not _was_live(world, live, scored)):
        return None
    draft = _draft(world, live, scored)
    environment = draft.what.environment

    def decide(end: ledger.Head) -> Draft | None:
        records = ledger.read(git, at=end.commit) if end.commit else ()
        known = any(
            each.event == draft.event
            and (each.what, each.result, each.why, each.evidence)
            == (draft.what, draft.result, draft.why, draft.evidence)
            for each in records
            if each.what.environment == environment
        )
        return None if known else draft

    return ledger.append_when(git, decide)


def _was_live(world: World, live: Live, scored: Scored) -> bool:
    """Whether the ledger lets the version that a manifest names have scored; it may have been revoked since."""
    was = (live.since.what.environment, scored.version) in world.state.proven
    return was and unfit(world.state, scored.version, scored.digest, None) is None


def after_scoring(done: Done, scored: Scored) -> Done:
    """What a pass did, with a day that it scored or could not."""
    if scored.problem:
        return replace(done, action="unscored", reason=f"{scored.day}: {scored.problem}")
    if scored.again:
        return replace(done, reason=f"{scored.day} was scored already")
    action = done.action if done.action == "unscored" else "scored"
    return replace(done, action=action, reason=_told(scored))


def _draft(world: World, live: Live, scored: Scored) -> Draft:
    version, digest = (scored.version, scored.digest) if scored.manifest else (live.version, live.digest)
    registered = world.state.registered[version]
    assert registered.from_what is not None
    data = (Data(name=scored.day, digest=scored.input, rows=scored.rows + scored.refused),) if scored.input else ()
    written = (
        Evidence(kind="scores", digest=scored.manifest, uri=_word(scored.uri), samples=scored.rows)
        if scored.manifest
        else None
    )
    return Draft(
        event="score.outcome",
        who=agent(live.since.what.environment or ""),
        what=What(
            model=world.spec.model,
            version=version,
            environment=live.since.what.environment,
            package=Package(digest=digest),
        ),
        result="failed" if scored.problem else "succeeded",
        why=Why(kind="new-data", text=plain(f"{scored.day}: {scored.problem}" if scored.problem else _told(scored))),
        from_what=FromWhat(commit=registered.from_what.commit, data=data) if data else None,
        evidence=(written,) if written is not None else (),
    )


def _told(scored: Scored) -> str:
    return f"{scored.day}: {scored.rows:,} rows scored, {scored.refused:,} set aside"


def _word(text: str) -> str | None:
    return text if len(text) <= 300 else None
