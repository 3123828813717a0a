"""What is inconclusive and waits for a word is released on that of a named approver alone, which goes on record."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec.errors import Failure
from mlops_spec.git import Update
from mlops_spec.ledger.record import Accepted
from mlops_spec.ledger.then import at_text, live_between
from mlops_spec.platforms.github.api import pulls
from mlops_spec.release.bundle import read_bundle
from mlops_spec.release.proof import verify_release
from mlops_spec.release.register import GatesFailed, Registration, register

from .conftest import ALICE, SPEC, Kept, write_bundle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlops_spec.platforms.github.api.shapes import PullRequest
    from mlops_spec.release.bundle import Bundle

    from .conftest import House

WAITING = SPEC.replace("min: 0.7}", "min: 0.7, on_inconclusive: review}")
REASON = "too few rows of May yet, issue 88 counts them"
WORD = f"Fine by me.\n\n- accept `roc_auc`: {REASON}"
OPEN = {"auc": 0.7, "verdict": "inconclusive", "review": True}


def proposed(house: House, author: str = "alice") -> PullRequest:
    """Alice's pull request, by which the gate asks for a word; with a commit by somebody."""
    head, person = house.git.commit_id(), house.hub.person(author)
    assert person
    tree = house.git.write_tree(head, {"model.yaml": WAITING.encode()})
    by = f"{author} <{person.id}+{author}@users.noreply.github.com>"
    commit = house.git.write_commit(tree, parents=[head], message="Change", when=house.now, author=by)
    house.git.push(Update("refs/heads/change", commit, None))
    return pulls.create(house.github("alice"), title="Change", head="change", base="main", body="")


def review(house: House, number: int, login: str, body: str = WORD, event: str = "APPROVE", **more: Any) -> None:
    path, said = f"/repos/acme/churn/pulls/{number}/reviews", {"event": event, "body": body, **more}
    house.github(login).send("POST", path, said, needs="pull-requests: write")


def merge(house: House, pull: PullRequest) -> None:
    path = f"/repos/acme/churn/pulls/{pull.number}/merge"
    house.github("carol").send("PUT", path, {}, needs="contents: write")
    house.pull()


@pytest.fixture(scope="module")
def merged_once(founded_once: Kept, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with founded_once.again(tmp_path_factory.mktemp("merged")) as made:
        merge(made, proposed(made))
        yield Kept.of(made, tmp_path_factory.mktemp("kept") / "merged")


@pytest.fixture
def merged(merged_once: Kept, tmp_path: Path) -> Iterator[House]:
    """Alice's pull request, the first, is merged: the gate now asks for a word, and none was given."""
    with merged_once.again(tmp_path) as made:
        yield made


def bundle(house: House, **changed: Any) -> Bundle:
    spec = (house.git.tree().read("model.yaml") or b"").decode()
    folder = house.root / f"dist-{len(list(house.root.glob('dist-*')))}"
    write_bundle(folder, commit=house.git.commit_id(), spec=spec, **(OPEN | changed))
    return read_bundle(folder)


def registered(house: House, found: Bundle | None = None) -> Registration:
    return register(house.git, found or bundle(house), who=ALICE, now=house.now, forge=house.github)


def test_an_approvers_word_lets_it_through_and_goes_on_record(merged: House) -> None:
    review(merged, 1, "bob")

    record = registered(merged).record

    assert record.why
    assert record.why.pull_request == 1
    accepted = {gate.id: gate.accepted for gate in record.why.gates if gate.accepted}
    (approval,) = record.who.approvals
    assert accepted == {"roc_auc": Accepted(login="bob", review_id=approval.review_id, text=REASON)}
    assert (approval.login, approval.id, approval.head_sha) == ("bob", 102, pulls.get(merged.github(), 1).head.sha)
    assert [gate.verdict for gate in record.why.gates if gate.accepted] == ["inconclusive"]
    verify_release(merged.git, merged.records(), record)


def test_the_audit_and_the_promotion_say_who_and_why(merged: House) -> None:
    review(merged, 1, "bob")
    registered(merged)
    merged.stage("v1.0.0")

    told = at_text(live_between(merged.records(), merged.now, merged.now))

    assert f'roc_auc 0.7 (0.68 to 0.72) >= 0.7: inconclusive, accepted by bob: "{REASON}"' in told


@pytest.mark.parametrize(
    ("login", "body", "event"),
    [
        ("carol", "", "APPROVE"),
        ("carol", "Looks good to me.", "APPROVE"),
        ("carol", "accept roc_auc: fine", "APPROVE"),
        ("carol", "accept roc_auc", "APPROVE"),
        ("carol", f"> accept roc_auc: {REASON}", "APPROVE"),
        ("carol", f"accept brier_score: {REASON}", "APPROVE"),
        ("carol", WORD, "COMMENT"),
        ("carol", WORD, "REQUEST_CHANGES"),
        ("eve", WORD, "APPROVE"),
        ("github-actions[bot]", WORD, "APPROVE"),
    ],
    ids=str,
)
def test_what_is_no_word_stops_it(merged: House, login: str, body: str, event: str) -> None:
    if login == "eve":
        merged.hub.people = (*merged.hub.people, replace(merged.hub.people[0], login="eve", id=109, token="eve-token"))
    merged.hub.settings.actions["workflow"]["can_approve_pull_request_reviews"] = True
    review(merged, 1, login, body, event)

    with pytest.raises(GatesFailed, match=r"1 of \d+ gates stop it: roc_auc \(inconclusive\)") as refused:
        registered(merged)

    assert "accept roc_auc: why" in refused.value.remedy
    assert [(each.event, each.result) for each in merged.records()] == [("gate.outcome", "inconclusive")]


@pytest.mark.parametrize("own", ["pull request", "commit"])
def test_who_wrote_a_part_of_it_gives_no_word(house: House, own: str) -> None:
    pull = proposed(house, author="alice" if own == "pull request" else "bob")
    review(house, pull.number, "bob")
    opened, bob = house.hub.pull(pull.number), house.hub.person("bob")
    assert opened
    assert bob
    if own == "pull request":
        opened.user = bob  # GitHub refuses such a review; one that got there all the same does not count
    merge(house, pull)

    with pytest.raises(GatesFailed):
        registered(house)


def test_a_dismissed_review_is_no_word(merged: House) -> None:
    review(merged, 1, "bob")
    merged.hub.reviews[0] = replace(merged.hub.reviews[0], state="DISMISSED")

    with pytest.raises(GatesFailed):
        registered(merged)


def test_a_word_on_an_older_commit_is_none(house: House) -> None:
    older = proposed(house).head.sha
    pull = pulls.of_branch(house.github(), "change")[0]
    tree = house.git.write_tree(older, {"src/b.py": b"2\n"})
    newer = house.git.write_commit(tree, parents=[older], message="More", when=house.now)
    house.git.push(Update("refs/heads/change", newer, older))
    review(house, pull.number, "bob", commit_id=older)
    merge(house, pull)

    with pytest.raises(GatesFailed):
        registered(house)


def test_a_push_past_pull_requests_has_nobodys_word(house: House) -> None:
    house.commit({"model.yaml": WAITING})

    with pytest.raises(GatesFailed) as refused:
        registered(house)

    assert "a pull request that brings it in" in refused.value.remedy


def test_the_word_may_come_after_the_merge(merged: House) -> None:
    found = bundle(merged)
    with pytest.raises(GatesFailed, match="roc_auc"):
        registered(merged, found)

    review(merged, 1, "bob")

    assert registered(merged, found).record.what.version == "v1.0.0"


def test_nobodys_word_lets_through_what_failed(merged: House) -> None:
    review(merged, 1, "bob")

    with pytest.raises(GatesFailed, match=r"roc_auc \(fail\)"):
        registered(merged, bundle(merged, auc=0.6, verdict="fail", review=None))


@pytest.mark.parametrize("spec", [SPEC, WAITING])
def test_a_judgement_that_lets_itself_wait_is_refused(house: House, spec: str) -> None:
    """A job that ran the change's own code can't choose which of its gates wait."""
    house.commit({"model.yaml": spec})
    waits = {"review": True, "verdict": "fail", "auc": 0.6} if spec == WAITING else {"review": True}

    with pytest.raises(Failure, match=r"gates\[roc_auc\]\.review: is given"):
        registered(house, bundle(house, **waits))


def test_the_forge_is_not_asked_where_nothing_waits(merged: House) -> None:
    found = bundle(merged, auc=0.8, verdict=None, review=None)

    def forge() -> Any:
        raise AssertionError("nothing waits")

    assert register(merged.git, found, who=ALICE, now=merged.now, forge=forge).new


def test_a_word_on_record_that_the_spec_does_not_ask_for_is_found(house: House) -> None:
    done = house.register()
    assert done.record.why
    gates = tuple(
        replace(gate, accepted=Accepted(login="eve", review_id=1, text=REASON)) if gate.id == "roc_auc" else gate
        for gate in done.record.why.gates
    )
    forged = replace(done.record, why=replace(done.record.why, gates=gates))

    with pytest.raises(Failure, match=r"roc_auc is accepted by eve, but by the spec its release stops there"):
        verify_release(house.git, house.records(), forged)
