"""What a clone keeps of what it verified: it changes the time that reading takes, and nothing that is read or found."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mlops_spec import ledger
from mlops_spec.errors import Failure
from mlops_spec.ledger import State, form, verified
from mlops_spec.ledger.record import Draft, TagObject, What, Why
from mlops_spec.ledger.store import SEEN_REF, from_commit
from mlops_spec.ledger.verify import verify

from .conftest import ALICE, START, digest, files_of, intent, outcome, put, registration, sealed
from .tampering import TAMPERINGS

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.git import Git
    from mlops_spec.ledger import ModelState, Record

BEAT = Draft(event="monitor.heartbeat", who=ALICE, what=What(model="churn"))


@pytest.fixture
def kept(git: Git) -> Path:
    return git.directory / ".git" / "mlops-spec" / "verified-ledger"


@pytest.fixture(autouse=True)
def _few_are_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verified, "_WORTH", 1)


def committed(git: Git, files: dict[str, bytes]) -> str:
    return git.write_commit(git.write_tree(None, dict(files)), message="ledger", when=START)


def drawn(rng: random.Random, count: int) -> list[Draft]:
    """A ledger of several models in which everything happens that may."""
    state, drafts = State(), list[Draft]()
    seen: list[Record] = []
    while len(drafts) < count:
        draft = _next(rng, state, rng.choice(["churn", "fraud", "rare-0"]))
        if state.problem(draft) is None:
            drafts.append(draft)
            record = form.parse(sealed(drafts)[-1])
            state.take(record)
            seen.append(record)
    return drafts


def _next(rng: random.Random, state: State, model: str) -> Draft:
    mine = state.of(model)
    version = rng.choice([*mine.registered, "v1.0.0"])
    environment = rng.choice(["staging", "production"])
    match rng.choice(["register", "register", "intent", "intent", "outcome", "outcome", "back", "revoke", "beat"]):
        case "register":
            return _of(registration(f"v1.{len(mine.registered)}.0"), model)
        case "intent":
            return _of(intent(version, mine.serial(environment) + 1, environment), model)
        case "outcome":
            return _outcome(rng, mine) if mine.open else BEAT
        case "back":
            wish = _of(intent(version, mine.serial(environment) + 1, environment), model)
            return replace(wish, event="rollback.intent", why=Why(kind="rollback", text="Worse"))
        case "revoke" if rng.random() < 0.3:
            what = What(model=model, version=version)
            return Draft(event="revoke", who=ALICE, what=what, why=Why(kind="manual", text="Withdrawn"))
    return replace(BEAT, what=What(model=model))


def _outcome(rng: random.Random, mine: ModelState) -> Draft:
    wish = rng.choice([*mine.open.values()])
    event = "deploy.outcome" if wish.event == "deploy.intent" else "rollback.outcome"
    ended = rng.choice(["succeeded", "succeeded", "failed", "rolled-back"])
    return replace(outcome(wish, wish.seq, ended), event=event)  # type: ignore[arg-type]


def _of(draft: Draft, model: str) -> Draft:
    what = replace(draft.what, model=model)
    if what.tag is not None:
        what = replace(what, tag=TagObject(name=f"{model}@{what.version}", object="a" * 40, target="b" * 40))
    return replace(draft, what=what)


def told(git: Git, commit: str) -> tuple[object, object]:
    """What is read of a commit: records and state, or why not."""
    found: list[object] = []
    for read in (ledger.read_state, ledger.read):
        try:
            found.append(read(git, at=commit))
        except Failure as failure:
            found.append(failure.message)
    return found[0], found[1]


@pytest.mark.parametrize("rounds", [pytest.param(6), pytest.param(100, marks=pytest.mark.slow)])
def test_it_changes_nothing_that_is_read_or_found(git: Git, kept: Path, rounds: int) -> None:
    rng, tampered = random.Random(17), 0
    for _ in range(rounds):
        drafts = drawn(rng, rng.randrange(2, 30))
        raws = sealed(drafts)
        before = committed(git, files_of(raws[: rng.randrange(1, len(raws) + 1)]))
        files = files_of(raws)
        for tamper in (None, *rng.sample(TAMPERINGS, 3)):
            commit = committed(git, tamper(rng, files) if tamper else files)
            shutil.rmtree(kept.parent, ignore_errors=True)
            with pytest.MonkeyPatch.context() as without:
                without.setattr(verified, "_WORTH", 1_000)
                right = told(git, commit)
            ledger.read(git, at=before)
            assert kept.is_file()
            assert told(git, commit) == right
            tampered += isinstance(right[1], str)
            assert told(git, commit) == right
    assert tampered > rounds  # most tamperings are found, here as there


@pytest.fixture
def verified_once(git: Git, kept: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """A clone that has verified five records; who verifies one anew from now on is caught."""
    put(git, registration("v1.0.0"), intent("v1.0.0", 1), outcome(intent("v1.0.0", 1), 1), BEAT, BEAT)
    right = ledger.read(git)
    assert kept.is_file()

    def caught(*_: object) -> bool:
        raise AssertionError("a record was verified")

    monkeypatch.setattr(form, "_is_canonical", caught)
    assert ledger.read(git) == right
    assert ledger.read_state(git) == ledger.replay(right)
    return git


def test_nothing_is_verified_twice(verified_once: Git) -> None:
    assert ledger.read_state(verified_once).of("churn").live["staging"].digest == digest("v1.0.0")


def test_audit_verify_looks_at_all_the_same(verified_once: Git) -> None:
    with pytest.raises(AssertionError, match="was verified"):
        verify(from_commit(verified_once, verified_once.commit_id(SEEN_REF)))


@pytest.mark.parametrize("damage", [b"", b"{}", b"x\n{}"])
def test_a_damaged_file_is_as_none(verified_once: Git, kept: Path, damage: bytes) -> None:
    kept.write_bytes(damage)
    with pytest.raises(AssertionError, match="was verified"):
        ledger.read_state(verified_once)


def test_one_bit_of_it_makes_it_none(verified_once: Git, kept: Path) -> None:
    kept.write_bytes(kept.read_bytes().replace(b"v1.0.0", b"v1.0.1"))
    with pytest.raises(AssertionError, match="was verified"):
        ledger.read_state(verified_once)


def test_another_version_of_the_program_verifies_anew(verified_once: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verified, "__version__", "another")
    with pytest.raises(AssertionError, match="was verified"):
        ledger.read(verified_once)


def test_what_was_verified_later_is_kept_when_an_earlier_commit_is_read(git: Git, kept: Path) -> None:
    put(git, BEAT)
    early = ledger.head(git).commit
    put(git, BEAT)
    ledger.read(git)
    known = kept.read_bytes()
    assert len(ledger.read(git, at=early)) == 1
    assert kept.read_bytes() == known


def test_a_clone_that_cannot_be_written_reads_the_same(git: Git, kept: Path) -> None:
    put(git, BEAT)
    kept.parent.write_text("a file is in the way of the folder")
    assert len(ledger.read(git)) == 1
    assert len(ledger.read(git)) == 1


@pytest.mark.parametrize("read", [ledger.read, ledger.read_state])
@pytest.mark.parametrize("seq", [0, 4])
def test_a_record_that_the_clone_has_lost_is_missed(git: Git, read: object, seq: int) -> None:
    assert callable(read)
    put(git, registration("v1.0.0"), intent("v1.0.0", 1), outcome(intent("v1.0.0", 1), 1), BEAT)
    read(git)
    put(git, replace(BEAT, event="incident"))
    commit = ledger.head(git).commit
    blob = git.text("rev-parse", f"{commit}:log/00/00/{seq:08d}.json")
    (git.directory / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(Failure, match=f"record {seq}" if seq else "record 0: it says that it is record 1"):
        read(git)
