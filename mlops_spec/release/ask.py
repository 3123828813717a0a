"""Asking for a version: the intent goes on record, and whoever asked waits for the agent's outcome."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlops_spec import ledger
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Stale
from mlops_spec.ledger.fields import plain
from mlops_spec.ledger.record import Draft, Record, Who, Why
from mlops_spec.ledger.store import remote_commit
from mlops_spec.release.intents import begun

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mlops_spec.git import Git
    from mlops_spec.release.promotion import Wish

PAUSE, LONGEST_PAUSE = 0.3, 5.0  # seconds between two looks at the ledger; they grow
ATTEMPTS = 8


@dataclass(frozen=True)
class Waiting:
    """How long to wait for an outcome, by which clock, and whom to tell meanwhile."""

    seconds: float
    say: Callable[[str], None] = lambda _: None
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


def ask(
    git: Git, decide: Callable[[], Wish], who: Who, waiting: Waiting, *, now: datetime | None = None
) -> tuple[Record | None, Record | None]:
    """Records the intent that `decide` comes to, or takes up the open one, and waits: (intent, outcome).

    Without an intent nothing had to be done. `decide` reads the world; it is asked again when others append.

    Raises:
        Failure: whatever `decide` raises; another intent stays open, or nobody answered in time (exit 1, 75).
    """
    deadline = waiting.clock() + waiting.seconds
    for _ in range(ATTEMPTS):
        wish = decide()
        if wish.done:
            return None, None
        if wish.open is not None and wish.open.what.package != wish.what.package:
            waiting.say(f"intent {wish.open.seq} ({wish.open.what.version}) is still open: waiting for its outcome")
            wait(git, wish.open, waiting, deadline)
            continue
        intent = wish.open or _record(git, wish, who, now)
        if intent is None:
            continue
        waiting.say(
            f"intent {intent.seq}: {intent.what.environment} {intent.what.version}, serial {intent.what.serial}"
        )
        return intent, wait(git, intent, waiting, deadline)
    raise Stale("others kept appending to the ledger", exit_code=Exit.STALE, remedy="run it again")


def resume(git: Git, model: str, environment: str, version: str | None, waiting: Waiting) -> tuple[Record, Record]:
    """Takes up the newest intent of an environment and gives its outcome; records nothing: (intent, outcome).

    Raises:
        Failure: nothing was begun (exit 75), or nobody answered in time (exit 1).
    """
    intent = begun(ledger.read(git), model, environment, version)
    waiting.say(f"intent {intent.seq}: {environment} {intent.what.version}, serial {intent.what.serial}")
    return intent, wait(git, intent, waiting, waiting.clock() + waiting.seconds)


def wait(git: Git, intent: Record, waiting: Waiting, deadline: float) -> Record:
    """The outcome of an intent.

    Raises:
        Failure: nobody closed it in time (exit 1).
    """
    pause, told, seen = PAUSE, waiting.clock(), ""
    while True:
        commit = _ledger_head(git, waiting)
        if commit and commit != seen:
            outcome = ledger.outcome_of(ledger.read(git, at=commit), intent)
            if outcome is not None:
                return outcome
            seen = commit
        now = waiting.clock()
        if now >= deadline:
            raise _nobody(intent, waiting.seconds)
        if now - told >= 15:
            waiting.say(f"intent {intent.seq}: no outcome yet, {deadline - now:.0f} s left")
            told = now
        waiting.sleep(min(pause, max(deadline - now, 0.01)))
        pause = min(pause * 1.1, LONGEST_PAUSE)


def _ledger_head(git: Git, waiting: Waiting) -> str | None:
    try:
        return remote_commit(git)
    except Failure as failure:
        if failure.exit_code != Exit.UNAVAILABLE:
            raise
        waiting.say(f"{failure.message}; trying again")
        return None


def _nobody(intent: Record, seconds: float) -> Failure:
    environment = intent.what.environment
    return Failure(
        f"intent {intent.seq} is still open: no agent of {environment} answered within {seconds:.0f} s",
        exit_code=Exit.FINDINGS,
        remedy=f"is `mlops-spec agent --environment {environment}` running, and does it reach the repository?",
    )


def _record(git: Git, wish: Wish, who: Who, now: datetime | None) -> Record | None:
    """Appends the intent, or None when somebody else appended since it was decided."""
    end = ledger.head(git)
    records = ledger.read(git, at=end.commit) if end.commit else ()
    draft = _intent(wish, who)
    state = ledger.replay(records).of(draft.what.model)
    if state.problem(draft) is not None:
        return None
    if draft.why and state.goes_back(draft.what):
        draft = replace(draft, why=replace(draft.why, kind="rollback"))
    try:
        (record,), _ = ledger.append(git, end, [draft], now=now)
    except Stale:
        return None
    return record


def _intent(wish: Wish, who: Who) -> Draft:
    approved, registered = wish.approved, wish.registered
    why = registered.why
    return Draft(
        event="deploy.intent",
        who=Who(
            actor=who.actor,
            triggering=who.triggering,
            identity=who.identity,
            approvals=approved.approvals if approved else (),
        ),
        what=wish.what,
        why=Why(
            kind=why.kind if why else "manual",
            text=plain(approved.title) if approved else (why.text if why else None),
            pull_request=approved.pull_request if approved else None,
            gates=why.gates if why else (),
            policy=why.policy if why else None,
        ),
        evidence=registered.evidence,
    )
