"""`report.json`: gates, measures, slices and curves of one candidate, in a shape that is checked on both sides.

It is written by a job that ran the pull request's code, and read by one that may write: to the reader it is hostile.
So its size, its keys, its names and its numbers are bounded, and the reader takes no verdict from it.
"""

from __future__ import annotations

import codecs
import json
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

from pydantic import AfterValidator, Field, PlainSerializer, StringConstraints, ValidationError

from mlops_spec.errors import Exit, Failure
from mlops_spec.integrity.seal import sha256
from mlops_spec.spec.base import EnvironmentName, ModelName, Strict
from mlops_spec.spec.gates import KINDS
from mlops_spec.spec.gates.result import GateResult, result_of, stated
from mlops_spec.spec.simple_kinds import SimpleKind
from mlops_spec.words.invalid import first_error

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 60_000
MOST_SURVIVORS = 30
_LARGEST = 1e15

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
Version = Annotated[str, StringConstraints(pattern=r"^v\d{1,6}\.\d{1,6}\.\d{1,6}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
Commit = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")]
Words = Annotated[str, StringConstraints(max_length=300)]
Number = Annotated[float, Field(ge=-_LARGEST, le=_LARGEST)]
Count = Annotated[int, Field(ge=0, le=10**15)]
if TYPE_CHECKING:
    Kind = str
else:
    Kind = Literal[tuple(KINDS)]


class Bound(Strict):
    """What a value is held against."""

    op: Literal[">=", "<=", ">", "="]
    value: Number


class Anchored(Strict):
    """The comparison with the anchor: candidate less anchor, on the same rows."""

    version: Version
    digest: Digest
    value: Number
    low: Number
    high: Number


class Gate(Strict):
    """One gate as the run judged it."""

    id: Words
    kind: Kind
    metric: Name | None = None
    slice: Words | None = None
    value: Number | None = None
    low: Number | None = None
    high: Number | None = None
    bound: Bound | None = None
    verdict: Literal["pass", "fail", "inconclusive"]
    reason: Words = ""
    rows_needed: Count | None = None
    waived_until: Day | None = None
    review: Literal[True] | None = None
    baseline: Number | None = None
    on_sample: bool | None = None
    anchor: Anchored | None = None


if TYPE_CHECKING:
    _Told = GateResult
else:
    _Told = Annotated[Gate, AfterValidator(result_of), PlainSerializer(stated)]


class Against(Strict):
    """The champion."""

    environment: EnvironmentName
    version: Version
    digest: Digest


class Measured(Strict):
    """A measure with its interval; where there is none, perhaps the reason."""

    value: Number | None = None
    low: Number | None = None
    high: Number | None = None
    reason: Words | None = None


class Calibration(Strict):
    """The parts of the Brier score."""

    brier_score: Number | None = None
    reliability: Number | None = None
    resolution: Number | None = None
    uncertainty: Number | None = None
    within: Number | None = None


class Lead(Strict):
    """How much better than the linear model, on the same rows."""

    value: Number | None = None
    low: Number | None = None
    high: Number | None = None


class BesideSimple(Strict):
    """What simple models reach by one measure."""

    constant: Number | None = None
    linear: Number | None = None
    lead: Lead | None = None


class SimpleModel(Strict):
    """The simple models that were fitted to the same training rows."""

    kind: SimpleKind | None = None
    measures: dict[Name, BesideSimple] = Field(default_factory=dict, max_length=60)


class Cheapest(Strict):
    """The threshold with the least cost."""

    threshold: Number
    expected: Number


class CostOfDecisions(Strict):
    """What a decision costs by the declared threshold, and at 21 thresholds from 0 to 1."""

    threshold: Number
    expected: Number
    cheapest: Cheapest
    curve: Annotated[list[Number], Field(max_length=50)]


class Part(Strict):
    """The rows that share a value of a column, and what they measure."""

    column: Words
    value: Words
    rows: Count
    measures: Annotated[dict[Name, Measured], Field(max_length=40)]


class Survivor(Strict):
    """An attack that a gate let pass."""

    gate: Words
    attack: Words


class Drill(Strict):
    """How many attacks the gates were put to, and which of them passed."""

    attacks: Count
    passed: list[Survivor] = Field(default_factory=list, max_length=MOST_SURVIVORS)


class Report(Strict):
    """All of it; `failure` says why there are no gates."""

    v: Literal[1]
    model: ModelName
    commit: Commit
    digest: Digest | None = None
    rows: Count = 0
    against: Against | None = None
    gates: list[_Told] = Field(default_factory=list, max_length=500)
    measures: dict[Name, Measured] = Field(default_factory=dict, max_length=60)
    calibration: Calibration | None = None
    simple_model: SimpleModel | None = None
    cost: CostOfDecisions | None = None
    slices: list[Part] = Field(default_factory=list, max_length=300)
    curves: dict[Name, Annotated[list[Number], Field(max_length=50)]] = Field(default_factory=dict, max_length=4)
    drill: Drill | None = None
    failure: Words | None = None


@dataclass(frozen=True)
class Received:
    """A file that another job made, with the digest that came another way than the file."""

    path: Path
    digest: str | None = None


def read_report(path: Path, digest: str | None = None) -> Report:
    """Reads a report from an untrusted job; raises Failure (1) when it is too large or of any other shape."""
    try:
        return Report.model_validate(load_json(path, MAX_BYTES, digest))
    except ValidationError as error:
        _refuse(path, "is no report: {}: {}".format(*first_error(error)))


def load_json(path: Path, limit: int, digest: str | None = None) -> dict[str, Any]:
    """A JSON object of an untrusted job: at most `limit` bytes, no key twice, no NaN; raises Failure else."""
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > limit:
            _refuse(path, f"is no regular file, or has more than {limit:,} bytes")
        content = path.read_bytes()
        if digest is not None and sha256(content) != digest:
            _refuse(path, f"is {sha256(content)}, but {digest} was handed over: another job replaced it")
        record = json.loads(_utf8(path, content), parse_constant=_no_number, object_pairs_hook=_unique)
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        _refuse(path, f"is not JSON: {error}")
    if not isinstance(record, dict):
        _refuse(path, "is no JSON object")
    return record


def _utf8(path: Path, content: bytes) -> str:
    """JSON between programs is UTF-8 without a byte order mark (RFC 8259); nothing is guessed."""
    if content.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        _refuse(path, "begins with a byte order mark: it must be UTF-8 without one")
    return content.decode()


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(found := dict(pairs)) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON's")


def _refuse(path: Path, what: str) -> NoReturn:
    raise Failure(
        f"{path} {what}", exit_code=Exit.FINDINGS, remedy="Look at the job that wrote it, and at the pull request."
    )
