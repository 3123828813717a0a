"""Appending: records, and references that must move with them, in one commit and one atomic push."""

from __future__ import annotations

import contextlib
import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.git import GitError, Stale, Update
from mlops_spec.ledger.chain import CHECKPOINT, ERRATUM, FRONTIER, SKEW, record_path
from mlops_spec.ledger.checkpoint import Checkpoint, checkpoint
from mlops_spec.ledger.checkpoint import parse as parse_checkpoint
from mlops_spec.ledger.fields import moment
from mlops_spec.ledger.form import GENESIS, MalformedError, parse, seal
from mlops_spec.ledger.merkle import Frontier
from mlops_spec.ledger.record import Draft, Record
from mlops_spec.ledger.store import REMOTE_REF, SEEN_REF, remote_commit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlops_spec.git import Git

ATTEMPTS = 12


@dataclass(frozen=True)
class Head:
    """Where the ledger ends: all that an append needs, however long the ledger is."""

    log: str
    commit: str | None = None
    prev: str = GENESIS
    frontier: Frontier = field(default_factory=Frontier)
    time: datetime | None = None  # of the last record

    @property
    def checkpoint(self) -> Checkpoint:
        """What the ledger is committed to here."""
        return checkpoint(self.log, self.frontier)


def head(git: Git) -> Head:
    """The end of the remote's ledger, brought here; a ledger that doesn't exist yet has no commit.

    Raises:
        Failure: the remote doesn't answer (69); the ledger's end is damaged, or belongs to another repository (1).
    """
    commit = remote_commit(git)
    return Head(log_name(git)) if commit is None else _head_at(git, commit)


def _head_at(git: Git, commit: str) -> Head:
    note, edge = git.read_objects([f"{commit}:{CHECKPOINT}", f"{commit}:{FRONTIER}"])
    known = parse_checkpoint((note or b"").decode(errors="replace"))
    if known is None or known.size == 0:
        raise _damaged("has no checkpoint")
    try:
        frontier = Frontier.parse(known.size, edge or b"")
    except ValueError as error:
        raise _damaged(f"has a damaged frontier: {error}") from error
    if frontier.root != known.root:
        raise _damaged("has a frontier that is not its checkpoint's")
    raw = git.tree(commit).read(record_path(known.size - 1))
    try:
        last = parse(raw or b"")
    except MalformedError as error:
        raise _damaged(f"ends in record {known.size - 1}: {error}") from error
    if (last.log, last.seq) != (known.origin, known.size - 1):
        raise _damaged(f"ends in record {last.seq} of {last.log}")
    _refuse_copied_ledger(last.log, git)
    return Head(last.log, commit, last.hash, frontier, moment(last.time))


def append(
    git: Git,
    after: Head,
    drafts: Sequence[Draft],
    *,
    updates: Sequence[Update] = (),
    now: datetime | None = None,
) -> tuple[tuple[Record, ...], Head]:
    """Puts records at the ledger's end, if that is still `after`, and moves `updates` in the same push, or nothing.

    A record is never older than the one before: a clock that is a little behind takes that one's time. Returns the
    records and the new end.

    Raises:
        Stale: the ledger, or one of `updates`, moved meanwhile (exit 75); nothing was changed.
        Failure: the remote doesn't answer (69) or refuses (78); this machine's clock is minutes behind (78).
    """
    now = _time(after, drafts, now or datetime.now(UTC))
    files: dict[str, bytes | None] = {}
    records: list[Record] = []
    prev, frontier = after.prev, after.frontier
    for draft in drafts:
        record, raw = seal(draft, log=after.log, seq=frontier.size, prev=prev, time=now)
        files[record_path(record.seq)] = raw
        prev, frontier = record.hash, frontier.grown(raw)
        records.append(record)
    files[CHECKPOINT] = str(checkpoint(after.log, frontier)).encode()
    files[FRONTIER] = frontier.text()
    with git.batch() as new:
        tree = new.tree(after.commit, files)
        parents = [after.commit] if after.commit else []
        commit = new.commit(tree, parents=parents, message="\n".join(map(title, records)) + "\n", when=now)
    git.push(Update(REMOTE_REF, commit, after.commit), *updates)
    _remember_as_seen(git, commit, after.commit)
    return tuple(records), Head(after.log, commit, prev, frontier, moment(records[-1].time) if records else after.time)


def _time(after: Head, drafts: Sequence[Draft], now: datetime) -> datetime:
    if after.time is None or now >= after.time or any(draft.event == ERRATUM for draft in drafts):
        return now
    refuse_behind(after.frontier.size - 1, after.time, now)
    return after.time


def refuse_behind(last: int, time: datetime, now: datetime) -> None:
    """Raises Failure (78) where a clock is minutes behind `time`, that of the ledger's last record, number `last`."""
    if now < time - SKEW:
        raise Failure(
            f"this machine's clock says {now:%Y-%m-%d %H:%M:%SZ}, but the ledger's last record, "
            f"{last}, is of {time:%Y-%m-%d %H:%M:%SZ}",
            exit_code=Exit.CONFIG,
            remedy="set this clock; if it is right, that record's was ahead: `mlops-spec audit erratum --reason TEXT`",
        )


def _remember_as_seen(git: Git, commit: str, before: str | None) -> None:
    with contextlib.suppress(GitError):  # another process of this clone may have seen more by now
        git.run("update-ref", SEEN_REF, commit, before or "0" * len(commit))


def append_when(git: Git, decide: Callable[[Head], Draft | None], *, now: datetime | None = None) -> Record | None:
    """Appends what `decide` makes of the ledger's end, and asks it anew when somebody else was first.

    Returns None when `decide` does. For records that stay right whoever else appends; `decide` looks at what they need.

    Raises:
        Stale: others were first a dozen times (exit 75).
    """
    for attempt in range(ATTEMPTS):
        end = head(git)
        draft = decide(end)
        if draft is None:
            return None
        try:
            records, _ = append(git, end, [draft], now=now)
        except Stale:
            time.sleep(random.uniform(0, 0.05 * 2 ** min(attempt, 6)))  # noqa: S311 - jitter needs no secrecy
        else:
            return records[0]
    raise Stale("the ledger: others were first a dozen times", exit_code=Exit.STALE, remedy="run it again")


def title(record: Record | Draft) -> str:
    """One line that says what a record is about."""
    what = record.what
    words = [record.event, record.result, what.environment, what.version, what.serial and f"serial {what.serial}"]
    number = f"{record.seq} " if isinstance(record, Record) else ""
    return number + " ".join(str(word) for word in words if word)


def log_name(git: Git) -> str:
    """The name of the ledger that begins here: the repository's, as its server knows it or by the remote's address."""
    if git.name:
        return git.name
    address = git.remote_url().removesuffix("/").removesuffix(".git")
    _, at, path = address.partition("://")
    place = path.rpartition("@")[2] if at else address.rpartition("@")[2].replace(":", "/", 1)
    return (
        "".join(each for each in place.lstrip("/") if each.isascii() and each.isprintable() and each != " ") or "local"
    )


def _refuse_copied_ledger(log: str, git: Git) -> None:
    number, mine = (name.partition("#")[2] for name in (log, git.name))
    if number and mine and number != mine:
        raise Failure(
            f"the ledger is that of {log}, but this repository has the number {mine}",
            exit_code=Exit.FINDINGS,
            remedy="a fork begins its own: delete the copied branch `audit-log` from the fork",
        )


def _damaged(what: str) -> Failure:
    return Failure(f"the ledger {what}", exit_code=Exit.FINDINGS, remedy="run `mlops-spec audit verify`")
