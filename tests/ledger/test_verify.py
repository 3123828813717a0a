"""Verification: what it proves, and that nobody changes a record before a checkpoint without being found."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from mlops_spec.ledger.chain import CHECKPOINT, FRONTIER, record_path
from mlops_spec.ledger.checkpoint import checkpoint, mentioned
from mlops_spec.ledger.compare import Pin, TagFound
from mlops_spec.ledger.form import as_json, parse, seal
from mlops_spec.ledger.record import Draft, What, Why
from mlops_spec.ledger.report import proof_line, report_json, report_text
from mlops_spec.ledger.store import EMPTY
from mlops_spec.ledger.verify import Outside, Witness, verify

from .conftest import (
    ALICE,
    LOG,
    START,
    a_life,
    digest,
    files_of,
    frontier_of,
    intent,
    outcome,
    registration,
    sealed,
    snapshot_of,
)
from .tampering import TAMPERINGS

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_spec.ledger.verify import Report

SIZE = 10
BEAT = Draft(event="monitor.heartbeat", who=ALICE, what=What(model="churn"))


def a_ledger(length: int) -> list[bytes]:
    """Without registrations, so that no tags are asked for."""
    return sealed([BEAT] * length)


def witness(raws: list[bytes], size: int) -> Witness:
    return Witness("a friend", checkpoint(LOG, frontier_of(raws[:size])))


def check(files: dict[str, bytes], *witnesses: Witness) -> Report:
    return verify(snapshot_of(files), Outside(witnesses))


def test_an_empty_ledger_is_whole() -> None:
    report = verify(EMPTY)

    assert report.whole
    assert proof_line(report) == "no records yet"


def test_a_whole_ledger_without_a_witness_is_chained_only() -> None:
    report = check(files_of(a_ledger(SIZE)))

    assert report.whole
    assert (report.size, report.proven) == (SIZE, 0)
    assert "chained only: no checkpoint outside" in proof_line(report)


def test_a_witness_proves_the_records_that_it_saw() -> None:
    raws = a_ledger(SIZE)
    report = check(files_of(raws), witness(raws, 4), witness(raws, 7))

    assert report.whole
    assert (report.proven, report.checkpoints) == (7, 2)
    assert proof_line(report) == "records 0 to 6 by a friend (2 checkpoints agree); 7 to 9 are chained only"
    assert report_json(report)["proven"] == 7


def rechained(drafts: list[Draft]) -> dict[str, bytes]:
    """What a keeper can do who writes all files anew, checkpoint and frontier included."""
    return files_of(sealed(drafts))


@pytest.mark.parametrize(
    ("drafts", "finding"),
    [
        ([BEAT] * (SIZE - 1), "TRUNCATED: a friend has seen 10 records, there are 9"),
        ([BEAT] * (SIZE - 1) + [Draft(event="incident", who=ALICE, what=What(model="churn"))], "REWRITTEN"),
        ([Draft(event="incident", who=ALICE, what=What(model="churn"))] + [BEAT] * SIZE, "REWRITTEN"),
    ],
    ids=["truncated", "tail rewritten", "first changed, one more appended"],
)
def test_a_chain_alone_does_not_show_what_a_witness_shows(drafts: list[Draft], finding: str) -> None:
    before = a_ledger(SIZE)

    assert check(rechained(drafts)).whole
    assert any(finding in found for found in check(rechained(drafts), witness(before, SIZE)).findings)


def test_a_witness_of_another_ledger_is_named() -> None:
    raws = a_ledger(SIZE)
    other = Witness("a friend", checkpoint("github.com/evil/churn", frontier_of(raws)))

    assert check(files_of(raws), other).findings == [f"a friend is about the ledger github.com/evil/churn, not {LOG}"]


def test_the_expected_ledger_is_compared() -> None:
    report = verify(snapshot_of(files_of(a_ledger(3))), Outside(log="github.com/acme/other#2"))

    assert report.findings == [f"the ledger is that of {LOG}, not of github.com/acme/other#2"]


def test_open_intents_are_told() -> None:
    raws = sealed([registration("v1.0.0"), intent("v1.0.0", 1)])
    report = check(files_of(raws))

    assert [record.seq for record in report.open] == [1]
    assert "open    1" in report_text(report)


def test_a_clock_that_went_back_is_a_finding() -> None:
    first, one = seal(BEAT, log=LOG, seq=0, prev="sha256:" + "0" * 64, time=START)
    _, two = seal(BEAT, log=LOG, seq=1, prev=first.hash, time=START.replace(hour=7))

    assert check(files_of([one, two])).findings == ["record 1: it claims to be older than the one before"]


def test_a_correction_lets_later_records_be_older_than_those_before_it() -> None:
    """One clock that was years ahead must not make every record after it a finding."""
    first, one = seal(BEAT, log=LOG, seq=0, prev="sha256:" + "0" * 64, time=START.replace(year=2099))
    why = Why(kind="manual", text="Record 0: its host's clock was ahead")
    wrong = Draft(event="erratum", who=ALICE, what=What(model="churn"), why=why)
    second, two = seal(wrong, log=LOG, seq=1, prev=first.hash, time=START)
    third, three = seal(BEAT, log=LOG, seq=2, prev=second.hash, time=START)
    _, four = seal(BEAT, log=LOG, seq=3, prev=third.hash, time=START.replace(hour=7))

    assert check(files_of([one, two, three])).whole
    assert check(files_of([one, two, three, four])).findings == ["record 3: it claims to be older than the one before"]


def test_a_correction_says_what_was_wrong() -> None:
    raws = sealed([Draft(event="erratum", who=ALICE, what=What(model="churn"))])

    assert "record 0: an erratum says what was wrong" in check(files_of(raws)).findings


@pytest.mark.parametrize(
    "rounds", [pytest.param(100, id="900"), pytest.param(1200, id="10800", marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__)
def test_no_tampering_before_a_checkpoint_stays_hidden(
    tamper: Callable[[random.Random, dict[str, bytes]], dict[str, bytes]], rounds: int
) -> None:
    rng = random.Random(7)
    drafts = [Draft(event="monitor.heartbeat", who=ALICE, what=What(model=f"m{n}")) for n in range(SIZE)]
    raws = sealed(drafts)
    files, seen = files_of(raws), witness(raws, SIZE)
    hidden = 0
    for _ in range(rounds):
        changed = tamper(rng, dict(files))
        if changed != files and check(changed, seen).whole:
            hidden += 1
    assert hidden == 0


TARGET = "b" * 40


def tag(name: str, *, size: int | None = None, raws: list[bytes] | None = None) -> TagFound:
    note = f"\n{checkpoint(LOG, frontier_of((raws or [])[:size]))}" if size else ""
    text = f"object {TARGET}\ntype commit\ntag {name}\ntagger x <x@x> 0 +0000\n\n{name}\n{note}"
    return TagFound.read(name, text.encode())


def with_tags() -> tuple[list[bytes], list[TagFound]]:
    first = tag("churn@v1.0.0")
    drafts = [registration("v1.0.0", first.object), intent("v1.0.0", 1)]
    drafts.append(outcome(drafts[1], 1))
    second = tag("churn@v1.1.0", size=3, raws=sealed(drafts))
    return sealed([*drafts, registration("v1.1.0", second.object)]), [first, second]


def test_tags_prove_what_came_before_them() -> None:
    raws, tags = with_tags()
    report = verify(snapshot_of(files_of(raws)), Outside(tags=tuple(tags), commits=frozenset({"c" * 40})))

    assert report.whole
    assert (report.proven, report.proof) == (3, "tag churn@v1.1.0")


def test_tags_are_compared_with_the_records() -> None:
    raws, (first, second) = with_tags()
    snapshot = snapshot_of(files_of(raws))
    moved = TagFound(first.name, "d" * 40, b"")

    assert verify(snapshot, Outside(tags=(second,))).findings == [
        (
            f"tag churn@v1.0.0 is gone; record 0 registered {first.object}: "
            f"`git push origin {first.object}:refs/tags/churn@v1.0.0`, from the clone that registered it"
        )
    ]
    assert verify(snapshot, Outside(tags=(moved, second))).findings == [
        f"tag churn@v1.0.0 was moved: it is {'d' * 40}, record 0 registered {first.object}"
    ]
    assert verify(snapshot, Outside(tags=(first, second, tag("churn@v2.0.0")))).findings == [
        (
            "tag churn@v2.0.0 has no record: its registration was interrupted, or it was made by hand: "
            "`git push origin --delete refs/tags/churn@v2.0.0`, then `mlops-spec register` again"
        )
    ]


def test_a_source_that_main_lacks_is_a_finding() -> None:
    raws, tags = with_tags()
    findings = verify(snapshot_of(files_of(raws)), Outside(tags=tuple(tags), commits=frozenset({"d" * 40}))).findings

    assert findings == [f"record {seq}: its source {'c' * 12} is not on main" for seq in (0, 3)]


@pytest.mark.parametrize("name", [CHECKPOINT, FRONTIER])
def test_the_ledgers_own_summary_is_checked(name: str) -> None:
    raws = a_ledger(SIZE)
    older = files_of(raws[:-1])

    assert not check({**files_of(raws), name: older[name]}).whole


def test_a_life_is_whole() -> None:
    raws = sealed(a_life(5), 9)
    findings = check(files_of(raws)).findings

    assert all("is gone" in finding for finding in findings), "only the tags are missing here"
    assert len(as_json(parse(raws[0]))) == 11


def test_since_a_checkpoint_the_rest_alone_is_new() -> None:
    raws = a_ledger(SIZE)
    report = verify(snapshot_of(files_of(raws)), Outside((witness(raws, 6),)), since=6)

    assert report.whole
    assert [record.seq for record in report.new] == [6, 7, 8, 9]
    assert "since   record 6: 4 new, the others are unchanged\n" in report_text(report)
    assert report_json(report)["new"] == [6, 7, 8, 9]
    assert str(report.end) == str(checkpoint(LOG, frontier_of(raws)))


def test_since_what_nobody_outside_has_seen_proves_nothing() -> None:
    raws = a_ledger(SIZE)
    for known in ((), (witness(raws, 5),)):
        assert verify(snapshot_of(files_of(raws)), Outside(known), since=6).findings == [
            "no checkpoint from outside has seen 6 records: verify all of them"
        ]


@pytest.mark.parametrize("changed", range(SIZE))
def test_since_a_checkpoint_no_change_is_hidden(changed: int) -> None:
    """Before it the checkpoint shows a change that the form would not; behind it the form does."""
    raws = a_ledger(SIZE)
    files = files_of(raws)
    path = record_path(changed)
    files[path] = files[path].replace(b'"model":"churn"', b'"model":"chern"')
    assert files[path] != raws[changed]

    assert not verify(snapshot_of(files), Outside((witness(raws, 6),)), since=6).whole


def test_deploy_files_name_what_was_registered() -> None:
    raws = sealed([registration("v1.0.0")])
    good, other = (
        Pin("deploy/a.yaml", "churn", "v1.0.0", digest("v1.0.0")),
        Pin("deploy/b.yaml", "churn", "v1.0.0", digest("v2.0.0")),
    )
    never = Pin("deploy/c.yaml", "churn", "v3.0.0", digest("v3.0.0"))
    tags = (TagFound("churn@v1.0.0", "a" * 40, b""),)
    report = verify(snapshot_of(files_of(raws)), Outside(tags=tags, pins=(good, other, never)))

    assert report.findings == [
        f"deploy/b.yaml declares v1.0.0 as {digest('v2.0.0')}, record 0 registered another package",
        "deploy/c.yaml declares v3.0.0, which was never registered",
    ]


def test_a_checkpoint_in_a_text_is_found_again() -> None:
    note = checkpoint(LOG, frontier_of(a_ledger(3)))

    assert mentioned(f"Promotes it.\n\n- {note.line}: keep it\n") == note
    assert mentioned("ledger `x` has many records") is None
