"""What a clone verified before of its ledger: of which records, and what they add up to.

It is kept in a file of the clone's own, beside its objects. Whoever can write that file can write the objects, and the
programs that Git runs there, too; and the clone is a witness already (`SEEN_REF`): so the file is believed as they are.
It holds for the very blobs that it names, so that where a record was rewritten all are verified anew, and for the very
version of this program, since another's rules may be others. `audit verify` does not ask it.
"""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from mlops_spec._version import __version__
from mlops_spec.errors import Failure
from mlops_spec.ledger.chain import Chain
from mlops_spec.ledger.form import MalformedError, shaped
from mlops_spec.ledger.merkle import Frontier
from mlops_spec.ledger.state import Live, ModelState, State
from mlops_spec.system.files import make_folder, write_atomic
from mlops_spec.system.garbage import uncollected

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from mlops_spec.git import Git
    from mlops_spec.ledger.record import Record
    from mlops_spec.ledger.store import Snapshot

_WORTH = 100  # records that are verified as quickly as the file is written


@dataclass(frozen=True)
class _Outline:
    """A model's state by the numbers of the records that it stands on."""

    registered: tuple[int, ...]
    revoked: tuple[int, ...]
    open: tuple[int, ...]
    asked: tuple[int, ...]
    live: tuple[tuple[int, int], ...]  # intent and outcome
    proven: dict[str, list[str]]  # environment → versions

    @classmethod
    def of(cls, state: ModelState) -> _Outline:
        proven: dict[str, list[str]] = {}
        for environment, version in sorted(state.proven):
            proven.setdefault(environment, []).append(version)
        return cls(
            registered=_numbers(state.registered),
            revoked=_numbers(state.revoked),
            open=_numbers(state.open),
            asked=_numbers(state.asked),
            live=tuple((each.intent.seq, each.since.seq) for each in state.live.values()),
            proven=proven,
        )

    def stands_on(self) -> set[int]:
        return {*self.registered, *self.revoked, *self.open, *self.asked, *(seq for pair in self.live for seq in pair)}

    def state(self, records: Mapping[int, Record]) -> ModelState:
        registered = _by_version(records[seq] for seq in self.registered)
        return ModelState(
            registered=registered,
            newest=next(reversed(registered), None),
            revoked=_by_version(records[seq] for seq in self.revoked),
            open=_by_environment(records[seq] for seq in self.open),
            asked=_by_environment(records[seq] for seq in self.asked),
            live={str(records[of].what.environment): Live.of(records[of], records[to]) for of, to in self.live},
            proven={(environment, version) for environment, versions in self.proven.items() for version in versions},
        )


@dataclass(frozen=True)
class Verified:
    """Records from the first on that were verified, and where their chain had come to."""

    version: str  # of this program
    size: int
    blobs: str
    log: str
    prev: str
    roots: str
    latest: str
    models: dict[str, _Outline]

    def chain(self, state: State) -> Chain:
        """Where the next record is taken."""
        return Chain(self.log, self.prev, Frontier.parse(self.size, self.roots.encode()), state, self.latest)

    def state(self, snapshot: Snapshot) -> State | None:
        """What those records add up to, by reading no other than it stands on; None: the clone has not all of them."""
        numbers = sorted({seq for model in self.models.values() for seq in model.stands_on()})
        records = _found(snapshot, numbers)
        if records is None:
            return None
        found = dict(zip(numbers, records, strict=True))
        return State({name: model.state(found) for name, model in self.models.items()})

    def records(self, snapshot: Snapshot) -> tuple[Record, ...] | None:
        """Those records, by their shape alone; None: the clone has not all of them."""
        return _found(snapshot, range(self.size))


_FORM = TypeAdapter(Verified)


def verified_before(git: Git, snapshot: Snapshot) -> Verified | None:
    """What this clone verified of these very records; None: nothing, or it was of others."""
    known = _read(_place(git)) if snapshot.size >= _WORTH else None
    if known is None or known.size > snapshot.size or known.blobs != _blobs(snapshot, known.size):
        return None
    return known


def keep(git: Git, snapshot: Snapshot, chain: Chain, before: Verified | None) -> None:
    """Keeps it for the next call, if enough records are new; a clone that can't be written goes without."""
    if snapshot.size - (before.size if before else 0) < _WORTH:
        return
    place = _place(git)
    longer = _read(place) if before is None else None
    if longer is not None and longer.size > snapshot.size:
        return  # this was read as it was at an earlier commit
    known = Verified(
        __version__,
        chain.frontier.size,
        _blobs(snapshot, chain.frontier.size),
        chain.log or "",
        chain.prev,
        chain.frontier.text().decode(),
        chain.latest,
        {name: _Outline.of(model) for name, model in chain.state.models.items()},
    )
    text = _FORM.dump_json(known)
    with contextlib.suppress(OSError, Failure):
        make_folder(place.parent)
        write_atomic(place, _sum(text) + b"\n" + text)


def _found(snapshot: Snapshot, numbers: Sequence[int]) -> tuple[Record, ...] | None:
    try:
        with uncollected():
            found = tuple(map(shaped, snapshot.numbered(numbers)))
    except MalformedError:
        return None
    return found if [record.seq for record in found] == [*numbers] else None


def _read(place: Path) -> Verified | None:
    try:
        total, _, text = place.read_bytes().partition(b"\n")
        known = _FORM.validate_json(text) if total == _sum(text) else None
    except (OSError, ValidationError):
        return None
    return known if known is not None and known.version == __version__ else None


def _place(git: Git) -> Path:
    return git.directory / git.text("rev-parse", "--git-common-dir") / "mlops-spec" / "verified-ledger"


def _blobs(snapshot: Snapshot, size: int) -> str:
    return hashlib.sha256("\n".join(snapshot.ids(size)).encode()).hexdigest()


def _sum(text: bytes) -> bytes:
    return hashlib.sha256(text).hexdigest().encode()


def _numbers(records: Mapping[str, Record]) -> tuple[int, ...]:
    return tuple(record.seq for record in records.values())


def _by_version(records: Iterable[Record]) -> dict[str, Record]:
    return {str(record.what.version): record for record in records}


def _by_environment(records: Iterable[Record]) -> dict[str, Record]:
    return {str(record.what.environment): record for record in records}
