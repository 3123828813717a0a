"""What a record says: who did what, why and from what; strict to read, canonical to write, chained by its hash."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeVar, dataclass_transform

from pydantic import ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from mlops_spec.ledger.canonical import canonical

LIMIT = 65_536  # bytes of one record
GENESIS = "sha256:" + "0" * 64  # what the first record names as its predecessor
_DOMAIN = b"mlops-spec.audit.v1\x00"
# Where pydantic may have written a number otherwise than RFC 8785: whole floats, and exponents (negative ones alone,
# since a `Number` is below 2**53). Literals, which are found faster than a pattern that knows numbers from text.
_EXPONENT, _WHOLE = re.compile(rb"e-[0-9]"), (b".0,", b".0}")
_UNPRINTABLE = re.compile("[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")

T = TypeVar("T")
Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
ObjectId = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})$")]
Time = Annotated[str, StringConstraints(pattern=r"^\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\dZ$")]
Count = Annotated[int, Field(ge=0, lt=2**53)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=63)]
Login = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]*(\[bot\])?$", max_length=100)]
VersionName = Annotated[str, StringConstraints(pattern=r"^v\d{1,6}\.\d{1,6}\.\d{1,6}$")]
Word = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$", max_length=300)]
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=1000)]
_LARGEST = 2**53
Number = (
    Annotated[float, Field(gt=-_LARGEST, lt=_LARGEST, allow_inf_nan=False)]
    | Annotated[int, Field(gt=-_LARGEST, lt=_LARGEST)]
)
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
class GateResult:
    """A gate as it was judged: value, interval, bound, verdict."""

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


class MalformedError(ValueError):
    """The bytes are not a record; the message says why."""


_RECORD = TypeAdapter(Record)


def seal(draft: Draft, *, log: str, seq: int, prev: str, time: datetime) -> tuple[Record, bytes]:
    """Gives a draft its place: the record, and its canonical bytes.

    Raises:
        MalformedError: the draft breaks the record's own rules.
    """
    stamp = time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    body = {**as_json(draft), "v": 1, "log": log, "seq": seq, "prev": prev, "time": stamp}
    raw = canonical({**body, "hash": _hash(canonical(body))})
    return parse(raw), raw


def parse(raw: bytes) -> Record:
    """Reads one record: its shape, its one canonical form, and its hash.

    Raises:
        MalformedError: saying which of them doesn't hold.
    """
    if len(raw) > LIMIT:
        raise MalformedError(f"longer than {LIMIT} bytes")
    try:
        record = _RECORD.validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise MalformedError(f"{place}: {first['msg']}" if place else first["msg"]) from None
    try:
        moment(record.time)
    except ValueError:
        raise MalformedError(f"time: {record.time} is no moment") from None
    if not _is_canonical(record, raw):
        raise MalformedError("not in canonical form")
    if record.hash != _hash(raw.replace(f',"hash":"{record.hash}"'.encode(), b"", 1)):
        raise MalformedError("its hash is not that of its content")
    return record


def as_json(part: Any) -> Any:
    """A part as JSON data, without what it leaves open."""
    if is_dataclass(part):
        pairs = ((field.name.rstrip("_"), getattr(part, field.name)) for field in fields(part))
        return {name: as_json(value) for name, value in pairs if value is not None and value != ()}
    return [as_json(each) for each in part] if isinstance(part, tuple) else part


def plain(text: str, limit: int = 1000) -> str:
    """Text made fit for a record: one line, nothing that a reader can't see, cut to `limit` characters."""
    line = _UNPRINTABLE.sub(" ", text).strip()
    return line if len(line) <= limit else line[: limit - 1] + "…"


def moment(time: str) -> datetime:
    """The moment of a record's `time`."""
    return datetime.fromisoformat(time)


def _is_canonical(record: Record, raw: bytes) -> bool:
    """Whether `raw` is the record's one text; so it holds no key twice, no space, and no field that says nothing."""
    if _EXPONENT.search(raw) or _WHOLE[0] in raw or _WHOLE[1] in raw:
        return canonical(as_json(record)) == raw
    return _RECORD.dump_json(record, exclude_defaults=True) == raw


def _hash(body: bytes) -> str:
    return "sha256:" + hashlib.sha256(_DOMAIN + body).hexdigest()
