"""The release bundle: what training hands over to registering; read as something that may have been swapped."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mlops_spec import layout, manifest
from mlops_spec.errors import Exit, Failure
from mlops_spec.ledger.fields import Digest, ObjectId
from mlops_spec.ledger.record import Bound, GateResult
from mlops_spec.ledger.state import holds

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.manifest import Manifest

LIMIT = 4 * 2**20
FILES = (layout.MANIFEST.name, layout.DVC_LOCK.name, layout.EVALUATION.name, layout.GATE.name, layout.CARD.name)
_SIDES = {
    ">=": lambda value, bound: value >= bound,
    "<=": lambda value, bound: value <= bound,
    ">": lambda value, bound: value > bound,
    "<": lambda value, bound: value < bound,
    "=": lambda value, bound: value == bound,
}


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True, frozen=True, allow_inf_nan=False)


class Against(_Shape):
    """The champion that the candidate was compared with."""

    environment: str
    version: str | None = None
    digest: Digest | None = None


class _Bound(_Shape):
    op: Literal[">=", "<=", ">", "<", "="]
    value: int | float


class _Gate(_Shape):
    id: Annotated[str, Field(min_length=1, max_length=300)]
    kind: str
    metric: str | None = None
    value: int | float | None = None
    low: int | float | None = None
    high: int | float | None = None
    bound: _Bound | None = None
    baseline: int | float | None = None
    verdict: Literal["pass", "fail", "inconclusive"]
    waived_until: str | None = None


class _GateFile(_Shape):
    v: Literal[1]
    model: str
    commit: ObjectId
    against: Against | None = None
    gates: Annotated[list[_Gate], Field(min_length=1, max_length=1000)]


@dataclass(frozen=True)
class Bundle:
    """What a release is made of, with the digest of its package and the gates as they were judged."""

    files: dict[str, bytes]
    manifest: Manifest
    digest: str
    commit: str
    against: Against | None
    gates: tuple[GateResult, ...]

    def blocking(self, day: str) -> tuple[GateResult, ...]:
        """The gates that stop the release on a day (`YYYY-MM-DD`): failed or inconclusive, and not waived."""
        return tuple(gate for gate in self.gates if not holds(gate, day))


def read_bundle(folder: Path, expected_digest: str | None = None) -> Bundle:
    """Reads a bundle; `expected_digest` is what the job that trained says of it.

    Raises:
        Failure: a file is missing or damaged (exit 2), or it is not the package that was trained (exit 1).
    """
    bundle = bundle_of({name: _read(folder, name) for name in FILES}, folder)
    if expected_digest is not None and bundle.digest != expected_digest:
        raise Failure(
            f"{folder}: the package is {bundle.digest}, but {expected_digest} was trained",
            exit_code=Exit.FINDINGS,
            remedy="the bundle was replaced on its way: look at the run's artifacts, then run it again",
        )
    return bundle


def bundle_of(files: dict[str, bytes], source: Path) -> Bundle:
    """The bundle that these files make up; `source` is where they are from, for messages.

    Raises:
        Failure: a file is damaged (exit 2), or they are of several models (exit 1).
    """
    digest = "sha256:" + hashlib.sha256(files[layout.MANIFEST.name]).hexdigest()
    try:
        described = manifest.parse(files[layout.MANIFEST.name])
    except ValueError as error:
        raise Failure(f"{source / layout.MANIFEST}: {error}") from error
    gates = _gates(files[layout.GATE.name], source / layout.GATE.name)
    if gates.model != described.model:
        raise Failure(f"{source}: gates of {gates.model!r}, package of {described.model!r}", exit_code=Exit.FINDINGS)
    judged = tuple(_judged(gate, source / layout.GATE.name) for gate in gates.gates)
    return Bundle(files, described, digest, gates.commit, gates.against, judged)


def _read(folder: Path, name: str) -> bytes:
    path = folder / name
    try:
        if path.is_symlink() or path.stat().st_size > LIMIT:
            raise Failure(f"{path} is a link, or larger than {LIMIT:,} bytes")
        return path.read_bytes()
    except OSError as error:
        raise Failure(
            f"{path}: {error.strerror}",
            remedy="`mlops-spec bundle --out dist` writes the bundle after the gates passed",
        ) from error


def _gates(content: bytes, path: Path) -> _GateFile:
    try:
        return _GateFile.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise Failure(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _judged(gate: _Gate, path: Path) -> GateResult:
    """The gate for the record; a pass whose value is beyond its bound was not judged by us."""
    bound = gate.bound
    if gate.verdict == "pass" and bound and (gate.value is None or not _SIDES[bound.op](gate.value, bound.value)):
        raise Failure(
            f"{path}: {gate.id}: passes with {gate.value}, which is not {bound.op} {bound.value}",
            exit_code=Exit.FINDINGS,
        )
    return GateResult(
        id=gate.id,
        kind=gate.kind,
        metric=gate.metric,
        value=gate.value,
        low=gate.low,
        high=gate.high,
        bound=Bound(op=bound.op, value=bound.value) if bound else None,
        baseline=gate.baseline,
        verdict=gate.verdict,
        waived_until=gate.waived_until,
    )
