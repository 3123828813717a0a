"""Reading the ledger, and the questions that its readers ask."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.ledger.append import append_when
from mlops_spec.ledger.chain import ERRATUM, BrokenError, Chain, advance, replayed
from mlops_spec.ledger.fields import plain
from mlops_spec.ledger.record import CLOSED_BY, Draft, Record, What, Why
from mlops_spec.ledger.state import Live, State, replay
from mlops_spec.ledger.store import from_commit, from_folder, remote_commit
from mlops_spec.ledger.verified import keep, verified_before

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from mlops_spec.git import Git
    from mlops_spec.ledger.append import Head
    from mlops_spec.ledger.record import Evidence, Result, Who
    from mlops_spec.ledger.store import Snapshot


def read(git: Git, *, at: str | None = None) -> tuple[Record, ...]:
    """All records of the remote's ledger (or of its commit `at`), in order, each checked with the chain and the rules.

    Raises:
        Failure: the remote doesn't answer (69), or the ledger doesn't hold together (1).
    """
    commit = at or remote_commit(git)
    if commit is None:
        return ()
    snapshot = _named_right(from_commit(git, commit))
    before = verified_before(git, snapshot)
    known = before.records(snapshot) if before else None
    chain = before.chain(replay(known)) if before and known else Chain()
    records = (*(known or ()), *_rest(snapshot, chain))
    keep(git, snapshot, chain, before)
    return records


def read_state(git: Git, *, at: str | None = None) -> State:
    """What those records add up to; of records that this clone verified before, those alone are read that it needs.

    Raises:
        Failure: as `read`.
    """
    commit = at or remote_commit(git)
    if commit is None:
        return State()
    snapshot = _named_right(from_commit(git, commit))
    before = verified_before(git, snapshot)
    known = before.state(snapshot) if before else None
    chain = before.chain(known) if before and known else Chain()
    with _whole(snapshot, chain):
        advance(chain, snapshot.records(chain.frontier.size))
    keep(git, snapshot, chain, before)
    return chain.state


def read_folder(folder: Path) -> tuple[Record, ...]:
    """The same of an export; raises Failure (1) where it doesn't hold together."""
    return _rest(_named_right(from_folder(folder)), Chain())


def _named_right(snapshot: Snapshot) -> Snapshot:
    strays = snapshot.strays()
    if strays:
        raise _broken(f"{strays[0]} is missing, or should not be there")
    return snapshot


def _rest(snapshot: Snapshot, chain: Chain) -> tuple[Record, ...]:
    """The records behind those that the chain has taken."""
    with _whole(snapshot, chain):
        return replayed(snapshot.records(chain.frontier.size), chain)


@contextmanager
def _whole(snapshot: Snapshot, chain: Chain) -> Iterator[None]:
    """Raises Failure (1) where a record that the block takes does not follow, or is not there."""
    try:
        yield
    except BrokenError as error:
        raise _broken(str(error)) from error
    if chain.frontier.size != snapshot.size:
        raise _broken(f"record {chain.frontier.size} is not in this clone")


def live(records: Sequence[Record], model: str, environment: str) -> Live | None:
    """What an environment serves of a model according to the ledger: what its newest successful outcome left there."""
    return replay(records).of(model).live.get(environment)


def open_intents(records: Sequence[Record]) -> tuple[Record, ...]:
    """Intents that no outcome has closed, oldest first."""
    return replay(records).open


def outcome_of(records: Sequence[Record], intent: Record) -> Record | None:
    """The outcome that closed an intent, or None."""
    return next((record for record in records[intent.seq :] if record.closes == intent.seq), None)


@dataclass(frozen=True)
class Outcome:
    """How an intent ended, why, and on which evidence."""

    result: Result
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()


def append_outcome(
    git: Git, intent: Record, outcome: Outcome, *, who: Who, now: datetime | None = None
) -> Record | None:
    """Closes an intent, whoever else appends at the same time; None when it was closed already.

    Raises:
        Failure: the remote doesn't answer (69); the ledger is broken (1).
    """
    kind = intent.why.kind if intent.why else "manual"

    def decide(end: Head) -> Draft | None:
        if end.commit is None or intent not in read_state(git, at=end.commit).open:
            return None
        return Draft(
            event=CLOSED_BY[intent.event],
            who=who,
            what=intent.what,
            why=Why(kind=kind, text=plain(outcome.reason)) if outcome.reason else None,
            closes=intent.seq,
            result=outcome.result,
            evidence=outcome.evidence,
        )

    return append_when(git, decide, now=now)


def append_erratum(git: Git, reason: str, *, who: Who, now: datetime | None = None) -> Record:
    """Puts a person's correction on record; from then on a record may be older than those before it were.

    Raises:
        Failure: it says nothing (2), there is no ledger (78), the remote doesn't answer (69), the ledger is broken (1).
    """
    text = plain(reason)
    if not text:
        raise Failure("an erratum says what was wrong")

    def decide(end: Head) -> Draft:
        records = read(git, at=end.commit) if end.commit else ()
        if not records:
            raise Failure("the remote has no ledger yet", exit_code=Exit.CONFIG)
        what = What(model=records[-1].what.model)
        return Draft(event=ERRATUM, who=who, what=what, why=Why(kind="manual", text=text))

    record = append_when(git, decide, now=now)
    assert record is not None
    return record


def _broken(reason: str) -> Failure:
    return Failure(
        f"the ledger does not hold together: {reason}",
        exit_code=Exit.FINDINGS,
        remedy="run `mlops-spec audit verify`",
    )
