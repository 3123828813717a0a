"""Appending to a ledger in a real remote."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from mlops_spec import ledger
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git, Stale, Update
from mlops_spec.ledger import Draft, Outcome
from mlops_spec.ledger.append import log_name
from mlops_spec.ledger.record import What
from mlops_spec.ledger.store import REMOTE_REF, SEEN_REF, from_commit
from mlops_spec.ledger.verify import verify
from mlops_spec.ledger.who import agent

from .conftest import ALICE, START, Place, intent, put, registration

if TYPE_CHECKING:
    from pathlib import Path

BEAT = Draft(event="monitor.heartbeat", who=ALICE, what=What(model="churn"))


def test_no_ledger_yet(git: Git) -> None:
    assert ledger.head(git).commit is None
    assert ledger.read(git) == ()


def test_an_append_is_one_commit_that_adds_a_record(place: Place, git: Git) -> None:
    put(git, registration("v1.0.0"), intent("v1.0.0", 1))
    listed = place.origin.text("log", "--format=%s", "--name-status", "-1", "audit-log").splitlines()

    assert listed == [
        "1 deploy.intent staging v1.0.0 serial 1",
        "",
        "M\tcheckpoint",
        "M\tfrontier",
        "A\tlog/00/00/00000001.json",
    ]
    assert place.origin.text("rev-list", "--count", "audit-log") == "2"
    assert [record.event for record in ledger.read(git)] == ["register", "deploy.intent"]


def test_the_end_that_an_append_returns_is_the_end_that_is_read(git: Git) -> None:
    _, end = ledger.append(git, ledger.head(git), [registration("v1.0.0"), intent("v1.0.0", 1)], now=START)

    assert end == ledger.head(git)
    assert end.frontier.size == 2


def test_an_end_that_this_clone_knows_is_not_fetched_again(git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    put(git, BEAT)
    monkeypatch.setattr(Git, "fetch", None)

    assert ledger.head(git).frontier.size == 1


def test_a_clock_that_is_a_little_behind_takes_the_last_records_time(git: Git) -> None:
    put(git, BEAT)
    ledger.append(git, ledger.head(git), [BEAT], now=START - timedelta(minutes=5))
    put(git, BEAT)

    assert {record.time for record in ledger.read(git)} == {"2026-11-01T08:00:00Z"}


def test_a_clock_that_is_far_behind_is_refused_and_nothing_is_written(place: Place, git: Git) -> None:
    put(git, BEAT)
    commit = git.write_commit(git.write_tree(None, {"a": b"1"}), message="a", when=START)
    before, update = place.origin.text("for-each-ref"), Update("refs/tags/t", commit, None)
    with pytest.raises(Failure, match=r"clock says 2026-11-01 07:54:59Z, but the ledger's last record, 0, is of") as no:
        late = START - timedelta(minutes=5, seconds=1)
        ledger.append(git, ledger.head(git), [BEAT], updates=[update], now=late)

    assert no.value.exit_code == Exit.CONFIG
    assert "audit erratum" in no.value.remedy
    assert place.origin.text("for-each-ref") == before


def test_after_a_clock_that_was_ahead_a_correction_opens_the_ledger_again(git: Git) -> None:
    ledger.append(git, ledger.head(git), [BEAT], now=START.replace(year=2099))
    with pytest.raises(Failure, match="this machine's clock says"):
        put(git, BEAT)
    record = ledger.append_erratum(git, "Record 0: the host's clock\nwas ahead", who=ALICE, now=START)
    put(git, BEAT)

    assert record.why
    assert (record.seq, record.why.text) == (1, "Record 0: the host's clock was ahead")
    assert verify(from_commit(git, git.text("rev-parse", SEEN_REF))).whole
    with pytest.raises(Failure, match="says what was wrong"):
        ledger.append_erratum(git, " \n", who=ALICE, now=START)


def test_there_is_nothing_to_correct_without_a_ledger(git: Git) -> None:
    with pytest.raises(Failure, match="no ledger yet") as raised:
        ledger.append_erratum(git, "wrong", who=ALICE)
    assert raised.value.exit_code == Exit.CONFIG


def test_references_move_with_it_or_not_at_all(place: Place, git: Git) -> None:
    commit = git.write_commit(git.write_tree(None, {"a": b"1"}), message="a", when=START)
    ledger.append(git, ledger.head(git), [BEAT], updates=[Update("refs/tags/taken", commit, None)])
    other = git.write_commit(git.write_tree(None, {"a": b"2"}), message="a", when=START)
    with pytest.raises(Stale):
        ledger.append(git, ledger.head(git), [BEAT], updates=[Update("refs/tags/taken", other, None)])
    assert len(ledger.read(git)) == 1
    assert {ref: found for ref, found in git.remote_refs().items() if ref == "refs/tags/taken"} == {
        "refs/tags/taken": commit
    }


def test_of_two_equal_appends_one_is_stale(place: Place, git: Git) -> None:
    """The same record, second and parent give the same commit; still somebody was first."""
    end = ledger.head(git)
    ledger.append(git, end, [BEAT], now=START)
    with pytest.raises(Stale):
        ledger.append(place.clone("other"), end, [BEAT], now=START)


def test_an_append_to_an_old_end_is_stale(place: Place, git: Git) -> None:
    old = ledger.head(git)
    put(place.clone("other"), BEAT)
    with pytest.raises(Stale) as raised:
        ledger.append(git, old, [BEAT])
    assert raised.value.exit_code == Exit.STALE


def test_many_writers_in_one_clone_and_in_many(place: Place, git: Git) -> None:
    """Nobody's record is lost, and the chain is whole."""
    clones = [git, git, git, *(place.clone(f"c{number}") for number in range(3))]

    def write(number: int) -> None:
        draft = Draft(event="monitor.heartbeat", who=ALICE, what=What(model=f"m{number}"))
        assert ledger.append_when(clones[number % 6], lambda _: draft)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(12)))
    assert sorted(record.what.model for record in ledger.read(git)) == sorted(f"m{n}" for n in range(12))


def test_an_intent_is_closed_once(git: Git) -> None:
    put(git, registration("v1.0.0"), intent("v1.0.0", 1))
    (wish,) = ledger.open_intents(ledger.read(git))
    done = ledger.append_outcome(git, wish, Outcome("succeeded", "warm\nand up"), who=agent("staging"))
    again = ledger.append_outcome(git, wish, Outcome("failed"), who=agent("staging"))

    assert done
    assert done.closes == 1
    assert done.why
    assert done.why.text == "warm and up"
    assert again is None
    assert ledger.open_intents(ledger.read(git)) == ()
    live = ledger.live(ledger.read(git), "churn", "staging")
    assert live
    assert (live.version, live.serial, live.intent, live.since) == ("v1.0.0", 1, wish, done)


def test_a_rewritten_ledger_is_refused_by_who_saw_it(place: Place, git: Git) -> None:
    put(git, BEAT, BEAT)
    other = place.clone("other")
    first = other.text("rev-parse", "origin/audit-log~1")
    other.run("push", "--force", "origin", f"{first}:{REMOTE_REF}")
    for call in (ledger.head, ledger.read):
        with pytest.raises(Failure, match="was rewritten: it no longer holds") as raised:
            call(git)
        assert raised.value.exit_code == Exit.FINDINGS


def test_a_ledger_that_is_gone_is_refused_by_who_saw_it(place: Place, git: Git) -> None:
    put(git, BEAT)
    place.origin.run("update-ref", "-d", REMOTE_REF)
    with pytest.raises(Failure, match="is gone"):
        ledger.head(git)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"checkpoint": None}, "has no checkpoint"),
        ({"checkpoint": b"x\n"}, "has no checkpoint"),
        ({"frontier": None}, "damaged frontier"),
        ({"frontier": b"!!\n"}, "damaged frontier"),
        ({"log/00/00/00000000.json": b"{}"}, "ends in record 0"),
        ({"log/00/00/00000000.json": None}, "ends in record 0"),
    ],
)
def test_a_damaged_end_is_refused(git: Git, files: dict[str, bytes | None], message: str) -> None:
    put(git, BEAT)
    end = ledger.head(git)
    assert end.commit
    commit = git.write_commit(git.write_tree(end.commit, files), parents=[end.commit], message="evil", when=START)
    git.push(Update(REMOTE_REF, commit, end.commit))
    with pytest.raises(Failure, match=message) as raised:
        ledger.head(git)
    assert raised.value.exit_code == Exit.FINDINGS
    assert "mlops-spec audit verify" in raised.value.remedy


def test_a_link_in_the_ledger_is_refused(git: Git) -> None:
    put(git, BEAT)
    end = ledger.head(git)
    assert end.commit
    blob = git.run("hash-object", "-w", "--stdin", stdin=b"../../etc/passwd").decode().strip()
    listed = git.run("ls-tree", "-z", end.commit) + f"120000 blob {blob}\tlink\0".encode()
    tree = git.run("mktree", "-z", stdin=listed).decode().strip()
    commit = git.write_commit(tree, parents=[end.commit], message="evil", when=START)
    with pytest.raises(Failure, match="a link or a program: link"):
        from_commit(git, commit)


def test_a_broken_record_is_named(git: Git) -> None:
    put(git, BEAT, BEAT)
    end = ledger.head(git)
    assert end.commit
    raw = git.tree(end.commit).read("log/00/00/00000000.json")
    assert raw
    tree = git.write_tree(end.commit, {"log/00/00/00000000.json": raw.replace(b"churn", b"chern")})
    commit = git.write_commit(tree, parents=[end.commit], message="evil", when=START)
    with pytest.raises(Failure, match="record 0: its hash is not that of its content"):
        ledger.read(git, at=commit)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/acme/churn.git", "github.com/acme/churn"),
        ("https://user@host.example:8080/acme/churn", "host.example:8080/acme/churn"),
        ("git@github.com:acme/churn.git", "github.com/acme/churn"),
        ("/srv/git/churn.git/", "srv/git/churn"),
    ],
)
def test_a_ledger_is_named_by_its_remote(git: Git, url: str, name: str) -> None:
    git.run("remote", "set-url", "origin", url)
    assert log_name(git) == name


def test_one_is_named_as_its_server_knows_it_and_a_fork_begins_its_own(git: Git) -> None:
    known = replace(git, name="github.com/acme/churn#7")
    assert log_name(known) == "github.com/acme/churn#7"
    put(known, BEAT)
    with pytest.raises(Failure, match=r"the ledger is that of github\.com/acme/churn#7, .* has the number 8"):
        ledger.head(replace(git, name="github.com/mallory/churn#8"))
    assert ledger.head(git).commit  # who is told no number reads it


def test_what_the_remote_rejects_leaves_nothing_behind(place: Place, git: Git) -> None:
    put(git, BEAT)
    hook = place.origin.directory / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'audit-log is protected' >&2\nexit 1\n")
    hook.chmod(0o755)
    commit = git.write_commit(git.write_tree(None, {"a": b""}), message="a", when=START)
    tag = git.write_tag("churn@v1.0.0", commit, message="x\n", when=START)
    with pytest.raises(Failure, match=r"refuses heads/audit-log, tags/churn@v1\.0\.0") as raised:
        ledger.append(git, ledger.head(git), [BEAT], updates=[Update("refs/tags/churn@v1.0.0", tag, None)])
    hook.unlink()

    assert raised.value.exit_code == Exit.CONFIG
    assert len(ledger.read(git)) == 1
    assert git.remote_refs("refs/tags/*") == {}
    put(git, BEAT)


def test_an_append_does_not_grow_with_the_ledger(git: Git, tmp_path: Path) -> None:
    """It writes the same few objects after 120 records as after 3: trees are fanned out by hundreds."""
    ledger.append(git, ledger.head(git), [BEAT] * 3, now=START)

    def written() -> tuple[int, int]:
        before = set(git.text("cat-file", "--batch-all-objects", "--batch-check").splitlines())
        put(git, BEAT)
        rows = set(git.text("cat-file", "--batch-all-objects", "--batch-check").splitlines()) - before
        return len(rows), sum(int(row.split()[2]) for row in rows)

    few = written()
    ledger.append(git, ledger.head(git), [BEAT] * 116, now=START)
    many = written()

    assert len(ledger.read(git)) == 121
    assert many[0] == few[0]
    assert many[1] < few[1] + 5000
