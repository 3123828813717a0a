"""`audit verify --online`: the forge's reviews bear out the approvals, its pull requests prove a prefix."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec import ledger
from mlops_spec.cli.audit import audit_command
from mlops_spec.errors import Failure
from mlops_spec.ledger.checkpoint import mentioned
from mlops_spec.ledger.store import REMOTE_REF
from mlops_spec.release.ask import Waiting, ask
from mlops_spec.release.promotion import promote
from mlops_spec.release.propose import propose
from mlops_spec.release.world import look

from .conftest import ALICE

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import House


@pytest.fixture
def promoted(house: House) -> House:
    """v1.0.0 in production, approved by bob."""
    house.register()
    house.stage("v1.0.0")
    house.later(hours=2)
    number = propose(house.git, house.github(), "production", "v1.0.0", now=house.now).pull_request
    path = f"/repos/acme/churn/pulls/{number}"
    house.github("bob").send("POST", f"{path}/reviews", {"event": "APPROVE"}, needs="pull-requests: write")
    house.github("carol").send("PUT", f"{path}/merge", {}, needs="contents: write")
    house.pull()

    def decide() -> Any:
        return promote(look(house.git, now=house.now), "production", house.github)

    with pytest.raises(Failure, match="is still open"):
        ask(house.git, decide, ALICE, Waiting(0), now=house.now)
    house.answer(ledger.open_intents(house.records())[-1])
    return house


@pytest.fixture
def verified(
    promoted: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, dict[str, Any]]]:
    """What `audit verify --online` says in a clone that has seen nothing before."""
    monkeypatch.setenv("GITHUB_REPOSITORY", "acme/churn")
    monkeypatch.setenv("GITHUB_TOKEN", "alice-token")
    monkeypatch.setenv("GITHUB_API_URL", promoted.api)

    def call(name: str) -> tuple[int, dict[str, Any]]:
        directory = promoted.clone(name).git.directory
        arguments = ["verify", "--online", "--format", "json", "-C", str(directory)]
        code = audit_command.main(arguments, standalone_mode=False)
        said: dict[str, Any] = json.loads(capsys.readouterr().out)
        return code, said

    return call


def test_the_text_of_a_promotion_proves_the_records_before_it(
    promoted: House, verified: Callable[..., tuple[int, dict[str, Any]]]
) -> None:
    code, said = verified("fresh")

    assert (code, said["findings"]) == (0, [])
    assert (said["records"], said["proven"], said["proof"]) == (5, 3, "pull request #1")


def test_a_review_that_is_not_there_or_another_is_named(
    promoted: House, verified: Callable[..., tuple[int, dict[str, Any]]]
) -> None:
    intent = promoted.records()[3]
    (approval,) = intent.who.approvals
    reviews = list(promoted.hub.reviews)

    promoted.hub.reviews.clear()
    assert verified("gone")[1]["findings"] == [f"record 3: #1 has no review {approval.review_id} by bob"]
    promoted.hub.reviews.extend(replace(review, commit="0" * 40) for review in reviews)
    code, said = verified("other")
    assert (code, said["findings"]) == (1, [f"record 3: review {approval.review_id} of #1 is not what bob approved"])


def test_a_ledger_that_was_written_anew_is_shown_by_a_pull_request(
    promoted: House, verified: Callable[..., tuple[int, dict[str, Any]]]
) -> None:
    """Tags included: whoever rewrites them all forgot the text that everybody was sent."""
    body = promoted.hub.pull(1).body  # type: ignore[union-attr]
    note = mentioned(body)
    assert note
    git = promoted.clone("evil").git
    git.run("update-ref", "-d", REMOTE_REF)
    old = promoted.records()
    promoted.hub.origin.git.run("update-ref", "-d", REMOTE_REF)
    git.run("update-ref", "-d", "refs/mlops-spec/audit-log")
    drafts = [
        ledger.Draft(
            event=r.event,
            who=r.who,
            what=r.what,
            why=r.why,
            closes=r.closes,
            result=r.result,
            from_what=r.from_what,
            evidence=r.evidence,
            risk=r.risk,
        )
        for r in old
    ]
    ledger.append(git, ledger.head(git), drafts, now=datetime(2026, 11, 23, tzinfo=UTC))
    code, said = verified("reader")

    assert code == 1
    assert said["findings"] == ["REWRITTEN: pull request #1 has seen other records 0 to 2"]
