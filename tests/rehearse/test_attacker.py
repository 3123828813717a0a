"""What the attacker does is an attack: it goes through where nobody looks, and is undone when the scenario goes on."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import yaml

from mlops_spec import ledger
from mlops_spec.errors import Failure
from mlops_spec.git import Git, Update
from mlops_spec.ledger.record import Actor, Approval, Draft, What, Who
from mlops_spec.ledger.witness import verify_remote
from mlops_spec.rehearse import attacker
from mlops_spec.rehearse.hub.origin import Origin

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
APPROVAL = Approval(
    login="bob", id=102, kind="human", head_sha="a" * 40, at="2026-11-23T08:00:00Z", review_id=7, evidence=None
)


def stored(folder: Path, content: bytes) -> attacker.Storage:
    storage = attacker.Storage(folder)
    place = storage.place(hashlib.md5(content).hexdigest())
    place.parent.mkdir(parents=True)
    place.write_bytes(content)
    place.chmod(0o444)
    return storage


def test_an_object_is_another_for_a_while(tmp_path: Path) -> None:
    storage = stored(tmp_path, b"model")
    place = storage.place(hashlib.md5(b"model").hexdigest())

    with storage.changed(b"model"):
        assert place.read_bytes() not in (b"model", b"")
        assert place.stat().st_mode & 0o777 == 0o444
    assert place.read_bytes() == b"model"
    assert place.stat().st_mode & 0o777 == 0o444


def test_a_poisoned_note_names_other_files_under_the_honest_key(tmp_path: Path) -> None:
    note = tmp_path / "cache/runs/ab/abcd/1234"
    note.parent.mkdir(parents=True)
    said = {"cmd": "train", "outs": [{"path": "build/model", "md5": "0" * 32 + ".dir", "size": 1, "nfiles": 1}]}
    note.write_text(yaml.safe_dump(said))
    storage = attacker.Storage(tmp_path / "storage")
    made = storage.poison(tmp_path / "cache", "build/model", {"model.skops": b"evil"})

    (poisoned,) = (tmp_path / "storage/runs/ab/abcd").iterdir()
    assert yaml.safe_load(poisoned.read_text())["outs"][0]["md5"] == made
    (listed,) = json.loads(storage.place(made).read_bytes())
    assert listed["relpath"] == "model.skops"
    assert storage.place(listed["md5"]).read_bytes() == b"evil"


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    """A repository with a tag, and a ledger of three records of which the second has an approval."""
    origin = Origin.create(tmp_path / "origin.git")
    git = clone(origin, tmp_path / "clone")
    commit = git.write_commit(git.write_tree(None, {"a": b"1"}), message="Begin\n", when=NOW)
    tag = git.write_tag("churn@v1.0.0", commit, message="First\n", when=NOW)
    git.push(Update("refs/heads/main", commit, None), Update("refs/tags/churn@v1.0.0", tag, None))
    who = Who(actor=Actor(login="alice", id=101, kind="human"))
    for number, approvals in enumerate([(), (APPROVAL,), ()]):
        draft = Draft(
            event="monitor.heartbeat",
            who=Who(actor=who.actor, approvals=approvals),
            what=What(model="churn"),
        )
        ledger.append(git, ledger.head(git), [draft], now=NOW + timedelta(minutes=number))
    return origin


def clone(origin: Origin, folder: Path) -> Git:
    folder.mkdir()
    git = Git(folder)
    git.run("init", "--quiet")
    git.run("remote", "add", "origin", str(origin.path))
    return git


def test_a_tag_is_another_for_a_while(origin: Origin) -> None:
    before = origin.git.text("rev-parse", "refs/tags/churn@v1.0.0")
    commit = origin.git.write_commit(origin.git.write_tree(None, {"a": b"2"}), message="Other\n", when=NOW)
    origin.move("refs/heads/main", commit)

    with attacker.moved_tag(origin, "churn@v1.0.0", "main") as tag:
        assert tag != before
        assert origin.git.text("rev-parse", "refs/tags/churn@v1.0.0^{commit}") == commit
    assert origin.git.text("rev-parse", "refs/tags/churn@v1.0.0") == before


def test_a_rewritten_ledger_holds_by_itself_and_not_against_what_was_seen(origin: Origin, tmp_path: Path) -> None:
    witness = clone(origin, tmp_path / "witness")
    assert len(ledger.read(witness)) == 3

    with attacker.rewritten_ledger(origin, tmp_path, "mallory"):
        records = ledger.read(clone(origin, tmp_path / "fresh"))
        assert [each.who.approvals[0].login for each in records if each.who.approvals] == ["mallory"]
        with pytest.raises(Failure, match="was rewritten"):
            ledger.read(witness)
    assert [each.who.approvals[0].login for each in ledger.read(witness) if each.who.approvals] == ["bob"]


def test_an_edited_record_is_found(origin: Origin, tmp_path: Path) -> None:
    reader = clone(origin, tmp_path / "reader")
    record = ledger.read(reader)[1]
    attacker.edit_record(origin, record, '"login":"bob"', '"login":"mallory"')

    assert verify_remote(reader).findings[0] == "record 1: its hash is not that of its content"
