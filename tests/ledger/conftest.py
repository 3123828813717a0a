"""Ledgers of a few records, in memory and in real repositories."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from mlops_spec import ledger
from mlops_spec.git import Git
from mlops_spec.ledger.chain import CHECKPOINT, FRONTIER, record_path
from mlops_spec.ledger.checkpoint import checkpoint
from mlops_spec.ledger.form import GENESIS, seal
from mlops_spec.ledger.merkle import Frontier
from mlops_spec.ledger.record import Actor, Bound, Draft, FromWhat, GateResult, Package, TagObject, What, Who, Why
from mlops_spec.ledger.store import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlops_spec.ledger.record import Result

LOG = "github.com/acme/churn#1"
START = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
ALICE = Who(actor=Actor(login="alice", id=101, kind="human"))
GATE = GateResult(id="roc_auc", kind="metric", value=0.842, bound=Bound(op=">=", value=0.8), verdict="pass")


def digest(version: str) -> str:
    return "sha256:" + version.removeprefix("v").replace(".", "").ljust(64, "0")


def registration(version: str, object_id: str = "a" * 40) -> Draft:
    tag = TagObject(name=f"churn@{version}", object=object_id, target="b" * 40)
    return Draft(
        event="register",
        who=ALICE,
        what=What(model="churn", version=version, package=Package(digest=digest(version)), tag=tag),
        why=Why(kind="change", text="A change", gates=(GATE,)),
        from_what=FromWhat(commit="c" * 40),
    )


def intent(version: str, serial: int, environment: str = "staging", after: str | None = None) -> Draft:
    what = What(
        model="churn",
        version=version,
        environment=environment,
        package=Package(digest=digest(version)),
        serial=serial,
        base_serial=serial - 1,
        after=after,
    )
    return Draft(event="deploy.intent", who=ALICE, what=what, why=Why(kind="change", gates=(GATE,)))


def outcome(of: Draft, closes: int, result: Result = "succeeded") -> Draft:
    return Draft(event="deploy.outcome", who=ALICE, what=of.what, closes=closes, result=result)


def a_life(length: int) -> Iterator[Draft]:
    """Registered and staged, again and again."""
    number = 0
    for serial in range(1, length):
        version = f"v1.{serial}.0"
        wish = intent(version, serial)
        yield from (registration(version), wish, outcome(wish, number + 1))
        number += 3


def sealed(drafts: Iterator[Draft] | list[Draft], length: int | None = None) -> list[bytes]:
    """The records' bytes."""
    raws: list[bytes] = []
    prev = GENESIS
    for seq, draft in enumerate(drafts):
        if seq == length:
            break
        record, raw = seal(draft, log=LOG, seq=seq, prev=prev, time=START + timedelta(minutes=seq))
        raws.append(raw)
        prev = record.hash
    return raws


def frontier_of(raws: list[bytes]) -> Frontier:
    frontier = Frontier()
    for raw in raws:
        frontier = frontier.grown(raw)
    return frontier


def files_of(raws: list[bytes]) -> dict[str, bytes]:
    """The ledger's files with a checkpoint that fits, as its keeper would write them."""
    frontier = frontier_of(raws)
    return {
        **{record_path(seq): raw for seq, raw in enumerate(raws)},
        CHECKPOINT: str(checkpoint(LOG, frontier)).encode(),
        FRONTIER: frontier.text(),
    }


def snapshot_of(files: dict[str, bytes]) -> Snapshot:
    return Snapshot({name: name for name in files}, lambda names: (files[name] for name in names))


@dataclass(frozen=True)
class Place:
    """A remote on disk, and clones of it."""

    root: Path

    @property
    def origin(self) -> Git:
        return Git(self.root / "origin.git")

    def clone(self, name: str) -> Git:
        Git(self.root).run("clone", "--quiet", str(self.root / "origin.git"), name)
        return Git.open(self.root / name)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    Git(tmp_path).run("init", "--quiet", "--bare", "--initial-branch=main", "origin.git")
    return Place(tmp_path)


@pytest.fixture
def git(place: Place) -> Git:
    return place.clone("clone")


def put(git: Git, *drafts: Draft) -> None:
    for draft in drafts:
        ledger.append(git, ledger.head(git), [draft], now=START)
