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
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from mlops_spec.git import Git
    from mlops_spec.ledger import ModelState
    from mlops_spec.ledger.state import State
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


@dataclass(frozen=True)
class Decided:
    """A wish, and the state of its model that it was decided on; None: decide anew whoever appends meanwhile."""

    wish: Wish
    state: ModelState | None = None


@dataclass(frozen=True)
class Answer:
    """What asking for a model's version came to: an intent and its outcome, or neither, since it is live already."""

    intent: Record | None = None
    outcome: Record | None = None

    @property
    def live(self) -> bool:
        """Whether the version is live now."""
        return self.outcome is None or self.outcome.result == "succeeded"


def ask(
    git: Git, decide: Callable[[], Wish], who: Who, waiting: Waiting, *, now: datetime | None = None
) -> tuple[Record | None, Record | None]:
    """Records the intent that `decide` comes to, or takes up the open one, and waits: (intent, outcome).

    Without an intent nothing had to be done. `decide` reads the world; it is asked again when others append.

    Raises:
        Failure: whatever `decide` raises; another intent stays open, or nobody answered in time (exit 1, 75).
    """
    answer = ask_all(git, lambda _: {"": Decided(decide())}, [""], who, waiting, now=now)[""]
    if isinstance(answer, Failure):
        raise answer
    return answer.intent, answer.outcome


def ask_all(  # noqa: PLR0913 - whom to ask for what, and how long
    git: Git,
    decide: Callable[[Sequence[str]], Mapping[str, Decided | Failure]],
    names: Sequence[str],
    who: Who,
    waiting: Waiting,
    *,
    now: datetime | None = None,
) -> dict[str, Answer | Failure]:
    """The same for several models, by any names for them: their intents are recorded in one push.

    Of each, the answer or why there is none: one that may not be deployed, or that nobody answers, holds up no other.

    Raises:
        Failure: the remote doesn't answer (69), or others kept appending (75).
    """
    deadline = waiting.clock() + waiting.seconds
    answers, intents = _begin(git, decide, names, who, waiting=waiting, deadline=deadline, now=now)
    outcomes = wait_all(git, intents, waiting, deadline)
    answers |= {
        name: each if isinstance(each, Failure) else Answer(intents[name], each) for name, each in outcomes.items()
    }
    return {name: answers[name] for name in names}


def begin(git: Git, decide: Callable[[], Wish], who: Who, waiting: Waiting) -> Record | None:
    """Records the intent that `decide` comes to, or takes up the open one, and leaves it to whoever looks next.

    None: nothing had to be done. What another intent comes to is waited for.

    Raises:
        Failure: as `ask`.
    """
    begun = begin_all(git, lambda _: {"": Decided(decide())}, [""], who, waiting)[""]
    if isinstance(begun, Failure):
        raise begun
    return begun


def begin_all(
    git: Git,
    decide: Callable[[Sequence[str]], Mapping[str, Decided | Failure]],
    names: Sequence[str],
    who: Who,
    waiting: Waiting,
) -> dict[str, Record | Failure | None]:
    """The same for several models, by any names for them: their intents are recorded in one push.

    Raises:
        Failure: as `ask_all`.
    """
    deadline = waiting.clock() + waiting.seconds
    answers, intents = _begin(git, decide, names, who, waiting=waiting, deadline=deadline)
    failed = {name: answer for name, answer in answers.items() if isinstance(answer, Failure)}
    return {name: failed.get(name) or intents.get(name) for name in names}


def _begin(  # noqa: PLR0913 - as `ask_all`
    git: Git,
    decide: Callable[[Sequence[str]], Mapping[str, Decided | Failure]],
    names: Sequence[str],
    who: Who,
    *,
    waiting: Waiting,
    deadline: float,
    now: datetime | None = None,
) -> tuple[dict[str, Answer | Failure], dict[str, Record]]:
    """What is settled already, and the intents that are on record now."""
    answers: dict[str, Answer | Failure] = {}
    intents: dict[str, Record] = {}
    for _ in range(ATTEMPTS):
        left = [name for name in names if name not in answers and name not in intents]
        if not left:
            break
        wishes, others = _sorted(decide(left), answers, intents)
        intents |= _record(git, wishes, who, now)
        for name, other in others.items():
            waiting.say(f"intent {other.seq} ({other.what.version}) is still open: waiting for its outcome")
            try:
                wait(git, other, waiting, deadline)
            except Failure as failure:
                answers[name] = failure
    else:
        raise Stale("others kept appending to the ledger", exit_code=Exit.STALE, remedy="run it again")
    for intent in intents.values():
        what = intent.what
        waiting.say(f"intent {intent.seq}: {what.environment} {what.version}, serial {what.serial}")
    return answers, intents


def _sorted(
    decided: Mapping[str, Decided | Failure], answers: dict[str, Answer | Failure], intents: dict[str, Record]
) -> tuple[dict[str, Decided], dict[str, Record]]:
    """What is to be recorded, and which open intents are in the way; what is settled already goes where it belongs."""
    wishes: dict[str, Decided] = {}
    others: dict[str, Record] = {}
    for name, each in decided.items():
        if isinstance(each, Failure):
            answers[name] = each
        elif each.wish.done:
            answers[name] = Answer()
        elif each.wish.open is None:
            wishes[name] = each
        elif each.wish.open.what.package == each.wish.what.package:
            intents[name] = each.wish.open
        else:
            others[name] = each.wish.open
    return wishes, others


def resume(git: Git, model: str, environment: str, version: str | None, waiting: Waiting) -> tuple[Record, Record]:
    """Takes up the newest intent of an environment and gives its outcome; records nothing: (intent, outcome).

    Raises:
        Failure: nothing was begun (exit 75), or nobody answered in time (exit 1).
    """
    intent = begun(ledger.read_state(git).of(model), environment, version)
    waiting.say(f"intent {intent.seq}: {environment} {intent.what.version}, serial {intent.what.serial}")
    return intent, wait(git, intent, waiting, waiting.clock() + waiting.seconds)


def wait(git: Git, intent: Record, waiting: Waiting, deadline: float) -> Record:
    """The outcome of an intent.

    Raises:
        Failure: nobody closed it in time (exit 1).
    """
    outcome = wait_all(git, {"": intent}, waiting, deadline)[""]
    if isinstance(outcome, Failure):
        raise outcome
    return outcome


def wait_all(git: Git, intents: Mapping[str, Record], waiting: Waiting, deadline: float) -> dict[str, Record | Failure]:
    """The outcome of each intent, or the Failure (1) of one that nobody closed in time."""
    pause, told, seen = PAUSE, waiting.clock(), ""
    found: dict[str, Record | Failure] = {}
    while len(found) < len(intents):
        commit = _ledger_head(git, waiting)
        if commit and commit != seen:
            records = ledger.read(git, at=commit)
            closed = {name: ledger.outcome_of(records, intent) for name, intent in intents.items()}
            found |= {name: outcome for name, outcome in closed.items() if outcome is not None}
            seen = commit
            if len(found) == len(intents):
                break
        now = waiting.clock()
        open_ = {name: intent for name, intent in intents.items() if name not in found}
        if now >= deadline:
            return found | {name: _nobody(intent, waiting.seconds) for name, intent in open_.items()}
        if now - told >= 15:
            for intent in open_.values():
                waiting.say(f"intent {intent.seq}: no outcome yet, {deadline - now:.0f} s left")
            told = now
        waiting.sleep(min(pause, max(deadline - now, 0.01)))
        pause = min(pause * 1.1, LONGEST_PAUSE)
    return found


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
        remedy=f"is `mlops-spec agent --environment {environment}` running, and does it reach the repository? "
        "Where a workflow scores instead of an agent, start that.",
    )


def _record(git: Git, wishes: Mapping[str, Decided], who: Who, now: datetime | None) -> dict[str, Record]:
    """Appends the intents that may still be recorded, in one push; of a wish that must be decided anew, none."""
    for _ in range(ATTEMPTS if wishes and all(each.state is not None for each in wishes.values()) else 1):
        end = ledger.head(git)
        state = ledger.read_state(git, at=end.commit) if end.commit else ledger.State()
        drafts = {name: _draft(each, state, who) for name, each in wishes.items()}
        standing = {name: draft for name, draft in drafts.items() if draft is not None}
        if not standing:
            return {}
        try:
            records, _ = ledger.append(git, end, list(standing.values()), now=now)
        except Stale:
            continue
        return dict(zip(standing, records, strict=True))
    return {}


def _draft(decided: Decided, state: State, who: Who) -> Draft | None:
    draft = _intent(decided.wish, who)
    of_model = state.of(draft.what.model)
    if of_model.problem(draft) is not None or decided.state not in (None, of_model):
        return None
    if draft.why and of_model.goes_back(draft.what):
        return replace(draft, why=replace(draft.why, kind="rollback"))
    return draft


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
