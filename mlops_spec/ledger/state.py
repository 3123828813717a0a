"""The state that the records add up to, and which record may come next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlops_spec.ledger.record import CLOSED_BY, OUTCOMES
from mlops_spec.place import tag_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlops_spec.ledger.record import Draft, GateResult, Record, What, Who

_NEVER_ACCEPTED = ("contract", "leak")


@dataclass(frozen=True)
class Live:
    """A version that an environment serves since the outcome `since`, wanted by `intent`."""

    version: str
    digest: str
    serial: int
    intent: Record
    since: Record

    @classmethod
    def of(cls, intent: Record, since: Record) -> Live:
        """What an outcome leaves there of what its intent wanted."""
        what = intent.what
        assert what.version
        assert what.package
        return cls(what.version, what.package.digest, what.serial or 0, intent, since)


@dataclass
class ModelState:
    """What is on record of one model: its versions; per environment the open intent, the newest and what is live."""

    registered: dict[str, Record] = field(default_factory=dict)
    newest: str | None = None
    revoked: dict[str, Record] = field(default_factory=dict)
    open: dict[str, Record] = field(default_factory=dict)
    asked: dict[str, Record] = field(default_factory=dict)  # the newest intent, whether closed or not
    live: dict[str, Live] = field(default_factory=dict)
    proven: set[tuple[str, str]] = field(default_factory=set)  # (environment, version) that was live once

    def problem(self, draft: Draft) -> str | None:
        """Why this record must not come next, or None."""
        rule = _RULES.get(draft.event)
        return rule(self, draft) if rule else None

    def take(self, record: Record) -> None:
        """Adds a record that has no problem."""
        what = record.what
        if record.event == "register" and what.version:
            self.registered[what.version] = record
            self.newest = what.version
        elif record.event == "revoke" and what.version:
            self.revoked[what.version] = record
        elif record.event in CLOSED_BY and what.environment and what.serial is not None:
            self.open[what.environment] = self.asked[what.environment] = record
        elif record.event in OUTCOMES and what.environment:
            intent = self.open.pop(what.environment)
            if record.result == "succeeded":
                self._make_live(what.environment, intent, record)

    def serial(self, environment: str) -> int:
        """That of the newest intent; 0: nothing was ever asked for."""
        newest = self.asked.get(environment)
        return newest.what.serial or 0 if newest is not None else 0

    def goes_back(self, what: What) -> bool:
        """Whether a version was live there before, and a newer one is now."""
        place, version = what.environment or "", what.version or ""
        now = self.live.get(place)
        return now is not None and (place, version) in self.proven and version_key(version) < version_key(now.version)

    def _make_live(self, environment: str, intent: Record, outcome: Record) -> None:
        live = self.live[environment] = Live.of(intent, outcome)
        self.proven.add((environment, live.version))


@dataclass
class State:
    """The ledger so far, model by model: no version, serial or intent of one model is in the way of another's."""

    models: dict[str, ModelState] = field(default_factory=dict)

    def of(self, model: str) -> ModelState:
        """What is on record of a model; of one that no record names, nothing."""
        return self.models.get(model) or ModelState()

    def problem(self, draft: Draft) -> str | None:
        """Why this record must not come next, or None."""
        return self.of(draft.what.model).problem(draft)

    def take(self, record: Record) -> None:
        """Adds a record that has no problem."""
        self.models.setdefault(record.what.model, ModelState()).take(record)

    @property
    def open(self) -> tuple[Record, ...]:
        """The intents of all models that no outcome has closed, oldest first."""
        return tuple(
            sorted((each for model in self.models.values() for each in model.open.values()), key=lambda each: each.seq)
        )

    @property
    def registered(self) -> tuple[Record, ...]:
        """The registrations of all models, oldest first."""
        known = (each for model in self.models.values() for each in model.registered.values())
        return tuple(sorted(known, key=lambda each: each.seq))


def replay(records: Iterable[Record]) -> State:
    """The state after records that were verified before."""
    state = State()
    for record in records:
        state.take(record)
    return state


def holds(gate: GateResult, day: str) -> bool:
    """Whether a gate lets a version through on a day (`YYYY-MM-DD`): it passed, an approver accepted that it is
    inconclusive, or it is waived until then or later."""
    if gate.verdict == "pass" or (gate.verdict == "inconclusive" and gate.accepted is not None):
        return True
    return gate.waived_until is not None and gate.waived_until >= day


def version_key(version: str) -> tuple[int, ...]:
    """Orders versions by their numbers.

    >>> sorted(["v1.10.0", "v1.9.3"], key=version_key)
    ['v1.9.3', 'v1.10.0']
    """
    return tuple(map(int, version.removeprefix("v").split(".")))


def _register(state: ModelState, draft: Draft) -> str | None:
    what = draft.what
    if not (what.version and what.package and what.tag and draft.from_what and draft.why and draft.why.gates):
        return "a registration names version, package, tag, source and gates"
    if state.newest and version_key(what.version) <= version_key(state.newest):
        return f"{what.version} is not newer than {state.newest}"
    if what.tag.name != tag_of(what.model, what.version):
        return f"tag {what.tag.name} is not that of {what.model} {what.version}"
    return next(filter(None, (_accepted(gate, draft.who) for gate in draft.why.gates)), None)


def _accepted(gate: GateResult, who: Who) -> str | None:
    """A word lets through what is inconclusive, never data or a leak; it is that of a review on record."""
    word = gate.accepted
    if word is None:
        return None
    if gate.verdict != "inconclusive" or gate.kind in _NEVER_ACCEPTED:
        return f"{gate.id} ({gate.verdict}) is nothing that an approver may accept"
    if (word.login, word.review_id) not in {(each.login, each.review_id) for each in who.approvals}:
        return f"{word.login}'s word for {gate.id} is in no approval of this record"
    return None if word.text else f"{word.login}'s word for {gate.id} gives no reason"


def _intent(state: ModelState, draft: Draft) -> str | None:
    what = draft.what
    if not (what.version and what.environment and what.package and what.serial is not None):
        return "an intent names version, environment, package and serial"
    if what.environment in state.open:
        return f"intent {state.open[what.environment].seq} is still open in {what.environment}"
    last = state.serial(what.environment)
    if (what.base_serial, what.serial) != (last, last + 1):
        return f"serial {what.serial} on base {what.base_serial}, but {what.environment} is at serial {last}"
    approvers = {approval.login.lower() for approval in draft.who.approvals}
    if len(approvers) < len(draft.who.approvals):
        return "one approver counts once"
    return unfit(state, what.version, what.package.digest, what.after)


def _rollback(state: ModelState, draft: Draft) -> str | None:
    what, why = draft.what, draft.why
    problem = _intent(state, draft)
    if problem is not None:
        return problem
    if (what.environment, what.version) not in state.proven:
        return f"{what.version} was never live in {what.environment}"
    if why is None or why.kind != "rollback" or not why.text:
        return "a rollback says why"
    return None


def unfit(state: ModelState, version: str, digest: str, after: str | None) -> str | None:
    """Why a version must not be deployed, or None; `after` is the environment where it had to be live before."""
    known = state.registered.get(version)
    if known is None or known.what.package is None:
        return f"{version} was never registered"
    if known.what.package.digest != digest:
        return f"{version} was registered as {known.what.package.digest}, not as {digest}"
    if version in state.revoked:
        return revoked(state, version)
    if after is not None and (after, version) not in state.proven:
        return f"{version} was never live in {after}"
    return None


def revoked(state: ModelState, version: str) -> str | None:
    """That a version must never be deployed again, who said so and why; None: nobody did."""
    record = state.revoked.get(version)
    if record is None:
        return None
    reason = record.why.text if record.why else ""
    return f"{version} was revoked by {record.who.actor.login} (record {record.seq}): {reason}"


def _outcome(state: ModelState, draft: Draft) -> str | None:
    what = draft.what
    intent = state.open.get(what.environment or "")
    if intent is None or draft.closes != intent.seq:
        return f"it closes {draft.closes}, which is no open intent of {what.environment}"
    if CLOSED_BY[intent.event] != draft.event:
        return f"{draft.event} is no outcome of intent {intent.seq}, a {intent.event}"
    mine = (what.model, what.version, what.package, what.serial)
    if mine != (intent.what.model, intent.what.version, intent.what.package, intent.what.serial):
        return f"it is not about what intent {intent.seq} wanted"
    if draft.result not in {"succeeded", "failed", "rolled-back", "abandoned"}:
        return f"{draft.result} is no outcome of a deployment"
    return None


def _scored(state: ModelState, draft: Draft) -> str | None:
    what = draft.what
    if (what.environment, what.version) not in state.proven:
        return f"{what.version or 'no version'} was never live in {what.environment}"
    if draft.result not in {"succeeded", "failed"}:
        return f"{draft.result} is no outcome of a batch"
    return unfit(state, what.version or "", what.package.digest if what.package else "", None)


def _revoke(state: ModelState, draft: Draft) -> str | None:
    version = draft.what.version or ""
    if version not in state.registered:
        return f"{version or 'no version'} was never registered"
    if version in state.revoked:
        return f"{version} was revoked before, by record {state.revoked[version].seq}"
    if draft.why is None or not draft.why.text:
        return "a revocation says why"
    return None


def _erratum(_: ModelState, draft: Draft) -> str | None:
    return None if draft.why and draft.why.text else "an erratum says what was wrong"


_RULES = {
    "register": _register,
    "deploy.intent": _intent,
    "deploy.outcome": _outcome,
    "rollback.intent": _rollback,
    "rollback.outcome": _outcome,
    "score.outcome": _scored,
    "revoke": _revoke,
    "erratum": _erratum,
}
