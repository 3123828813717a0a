"""The fields of a record: who did what, why and from what."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar, dataclass_transform

from pydantic import ConfigDict, StringConstraints

from mlops_spec.ledger.fields import Count, Digest, Login, Name, Number, ObjectId, Text, Time, VersionName, Word

T = TypeVar("T")
Verdict = Literal["pass", "fail", "inconclusive"]
Event = Literal[
    "register",
    "gate.outcome",
    "deploy.intent",
    "deploy.outcome",
    "rollback.intent",
    "rollback.outcome",
    "promotion.proposed",
    "revoke",
    "retire",
    "drift.observed",
    "monitor.heartbeat",
    "score.outcome",
    "incident",
    "override",
    "waiver",
    "erratum",
]
Result = Literal["succeeded", "failed", "rolled-back", "abandoned"]
CLOSED_BY: dict[str, Event] = {"deploy.intent": "deploy.outcome", "rollback.intent": "rollback.outcome"}
OUTCOMES = frozenset(CLOSED_BY.values())
Kind = Literal["scheduled-retrain", "new-data", "drift", "bugfix", "change", "rollback", "manual"]


@dataclass_transform(frozen_default=True, kw_only_default=True)
def part(kind: type[T]) -> type[T]:
    """Makes a class a value of the record: frozen, unknown fields are errors, a trailing `_` is not part of the name.

    Its fields are sorted by name, as canonical JSON has them: then pydantic writes the canonical form at once.
    """
    made: Any = dataclass(frozen=True, slots=True, kw_only=True)(kind)
    made.__dataclass_fields__ = dict(sorted(made.__dataclass_fields__.items()))
    made.__pydantic_config__ = ConfigDict(
        extra="forbid", strict=True, serialize_by_alias=True, alias_generator=lambda name: name.rstrip("_")
    )
    return made  # type: ignore[no-any-return]


@part
class Actor:
    """An account: its login and numeric id, never a name or an address."""

    login: Login
    id: Count | None = None
    kind: Literal["human", "bot", "agent"]


@part
class Approval:
    """A review, bound to the commit and the evidence that the approver saw."""

    login: Login
    id: Count | None = None
    kind: Literal["human"]
    head_sha: ObjectId
    at: Time
    review_id: Count
    evidence: Digest | None = None


@part
class Identity:
    """The run that wrote the record."""

    workflow_ref: Word
    run_id: Count
    run_attempt: Count
    job: Word
    issuer: Word | None = None


@part
class Who:
    """Who acted, and who let them."""

    actor: Actor
    triggering: Actor | None = None
    approvals: tuple[Approval, ...] = ()
    identity: Identity | None = None


@part
class Package:
    """The packaged model: the digest of its manifest, and what the manifest says."""

    digest: Digest
    format: Word | None = None
    files: Count | None = None
    bytes: Count | None = None
    trusted_types: tuple[Word, ...] = ()


@part
class Reference:
    """A version by its name and its package's digest."""

    version: VersionName
    digest: Digest


@part
class TagObject:
    """A version's tag: the annotated tag's id, and the commit that it points to."""

    name: Word
    object: ObjectId
    target: ObjectId


@part
class What:
    """What it was done to. `from` was live before; `after` is where the version had to prove itself first."""

    model: Name
    version: VersionName | None = None
    environment: Name | None = None
    package: Package | None = None
    from_: Reference | None = None
    serial: Count | None = None
    base_serial: Count | None = None
    after: Name | None = None
    tag: TagObject | None = None


@part
class Bound:
    """What a gate's value is compared with."""

    op: Literal[">=", "<=", ">", "<", "="]
    value: Number


@part
class Anchored:
    """The comparison with the version that holds a gate: candidate less that version, on the same rows."""

    version: VersionName
    digest: Digest
    value: Number
    low: Number
    high: Number


@part
class Accepted:
    """The word by which an approver let through what was inconclusive: whose, in which review, and why."""

    login: Login
    review_id: Count
    text: Text


@part
class GateResult:
    """A gate as it was judged: value, interval, bound, verdict; where an anchor decided with it, the comparison.

    `accepted` is not the judgement's: an approver's word for it, given on the pull request.
    """

    id: Word
    kind: Name
    metric: Name | None = None
    value: Number | None = None
    low: Number | None = None
    high: Number | None = None
    bound: Bound | None = None
    baseline: Number | None = None
    verdict: Verdict
    waived_until: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")] | None = None
    anchor: Anchored | None = None
    accepted: Accepted | None = None


@part
class Policy:
    """The rules that were in force: the spec and the program."""

    spec: Digest | None = None
    rules: Word


@part
class Why:
    """The reason, and the judgement it rests on."""

    kind: Kind
    text: Text | None = None
    pull_request: Count | None = None
    issue: Count | None = None
    gates: tuple[GateResult, ...] = ()
    policy: Policy | None = None


@part
class Data:
    """One data set that went in."""

    name: Word
    digest: Digest
    rows: Count | None = None


@part
class FromWhat:
    """What a version was made from."""

    commit: ObjectId
    spec: Digest | None = None
    dvc_lock: Digest | None = None
    env_lock: Digest | None = None
    code: Digest | None = None
    params: Digest | None = None
    seed: Count | None = None
    data: tuple[Data, ...] = ()


@part
class Evidence:
    """A document that the decision rests on."""

    kind: Name
    digest: Digest
    uri: Word | None = None
    samples: Count | None = None
    verdict: Word | None = None


@part
class Risk:
    """The model's class under the EU AI Act."""

    class_: Literal["minimal", "limited", "high"]
    substantial_modification: bool | None = None


@part
class Draft:
    """A record before it has its place in the chain."""

    event: Event
    who: Who
    what: What
    why: Why | None = None
    closes: Count | None = None
    result: Result | Verdict | None = None
    from_what: FromWhat | None = None
    evidence: tuple[Evidence, ...] = ()
    risk: Risk | None = None


@part
class Record(Draft):
    """One entry of the ledger."""

    v: Literal[1]
    log: Word
    seq: Count
    prev: Digest
    time: Time
    hash: Digest
