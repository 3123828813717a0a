"""The agent asks the forge for the approvals itself; where it can't be asked, what is on record decides."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Update
from mlops_spec.platforms.github.api import GitHub, pulls
from mlops_spec.rehearse.hub import Hub, Person, serving
from mlops_spec.rehearse.hub.origin import Origin
from mlops_spec.release.declared import Declared, text_of

from .conftest import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .conftest import World

PEOPLE = (
    Person("alice", 101, "alice-token"),
    Person("bob", 102, "bob-token"),
    Person("carol", 103, "carol-token", role="admin"),
    Person("mlops[bot]", 9, "bot-token", type="Bot"),
)


@pytest.fixture
def staged(world: World) -> World:
    """v1.0.0 was live in staging; bob and carol may approve it for production."""
    world.spec(production={"promote": {"approvals": 1, "approvers": ["@bob", "@carol"]}})
    world.release("v1.0.0", value=0.125)
    world.close(world.intend("staging", "v1.0.0"))
    return world


@pytest.fixture
def hub(staged: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    made = Hub("acme/demo", Origin(staged.root / "origin.git"), PEOPLE, "https://github.com")
    with serving(made) as api:
        monkeypatch.setenv("GITHUB_REPOSITORY", "acme/demo")
        monkeypatch.setenv("GITHUB_API_URL", api)
        monkeypatch.setenv("MLOPS_SPEC_PUSH_TOKEN", "bot-token")
        yield made


def promoted(world: World, *approvers: str) -> None:
    """A pull request declares v1.0.0 for production, is approved and merged."""
    api = os.environ["GITHUB_API_URL"]
    said = Declared(
        environment="production",
        model="demo",
        version="v1.0.0",
        digest=world.digests["v1.0.0"],
        serial=1,
        base_serial=0,
        base_digest=None,
        evidence=[],
    )
    tree = world.git.write_tree(world.commit, {"deploy/production.yaml": text_of(said).encode()})
    commit = world.git.write_commit(tree, parents=[world.commit], message="promote\n", when=NOW)
    world.git.push(Update("refs/heads/promote", commit, None))
    pull = pulls.create(GitHub("acme/demo", "bot-token", api), title="Promote", head="promote", base="main", body="")
    path = f"/repos/acme/demo/pulls/{pull.number}"
    for login in approvers:
        GitHub("acme/demo", f"{login}-token", api).send("POST", f"{path}/reviews", {"event": "APPROVE"}, needs="")
    GitHub("acme/demo", "carol-token", api).send("PUT", f"{path}/merge", {}, needs="")
    world.commit = world.git.remote_refs("refs/heads/main")["refs/heads/main"]


def test_what_was_approved_goes_live(staged: World, hub: Hub) -> None:
    promoted(staged, "bob")
    staged.intend("production", "v1.0.0")

    assert staged.one_pass("production").action == "deployed"
    assert [review.id for review in hub.reviews] == [1]


def test_an_approval_that_nobody_gave_is_refused(staged: World, hub: Hub) -> None:
    """Somebody who may push wrote an intent with an approval of bob's."""
    promoted(staged)
    staged.intend("production", "v1.0.0")

    done = staged.one_pass("production")

    assert (done.action, "has 0 of 1 approvals" in done.reason) == ("failed", True)
    assert staged.outcome().result == "failed"
    assert staged.server() is None
    assert hub.reviews == []


def test_approvals_of_another_pull_request_are_refused(staged: World, hub: Hub) -> None:
    hub.next_id()  # so that the review on record, 1, is none of this pull request's
    promoted(staged, "bob")
    staged.intend("production", "v1.0.0")

    done = staged.one_pass("production")

    assert (done.action, done.reason) == ("failed", "the approvals on record are not those of #1")


def test_what_was_pushed_past_the_pull_request_is_refused(staged: World, hub: Hub) -> None:
    staged.declare("v1.0.0", serial=1)
    staged.intend("production", "v1.0.0")

    done = staged.one_pass("production")

    assert (done.action, "was not merged by a pull request" in done.reason) == ("failed", True)
    assert hub.pulls() == []


@pytest.mark.parametrize("api", ["http://127.0.0.1:9", "/nothing-here"], ids=["away", "refuses"])
def test_with_the_forge_away_the_record_decides(
    staged: World, hub: Hub, api: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    promoted(staged, "bob")
    monkeypatch.setenv("GITHUB_API_URL", api if api.startswith("http") else os.environ["GITHUB_API_URL"] + api)
    monkeypatch.setattr("mlops_spec.platforms.github.api.connection._pause", lambda _: 0.0)
    staged.intend("production", "v1.0.0")

    assert staged.one_pass("production").action == "deployed"
    assert "the approvals stand as the ledger has them, the forge was not asked" in capsys.readouterr().out
    assert len(hub.reviews) == 1


def test_an_approver_whom_the_spec_does_not_name_does_not_count(staged: World) -> None:
    """For persons the spec is enough, and no forge is asked."""
    staged.declare("v1.0.0", serial=1)
    staged.intend("production", "v1.0.0", approvals=("mallory",))

    done = staged.one_pass("production")

    assert (done.action, done.reason) == ("failed", "0 of 1 approvals are recorded")


def test_a_host_whose_clock_is_off_carries_out_nothing_and_leaves_the_intent_open(
    staged: World, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not that the forge would go unasked, nor that the rollout would be on record as failed."""
    promoted(staged, "bob")
    staged.intend("production", "v1.0.0")
    with monkeypatch.context() as patch:
        patch.setattr("mlops_spec.platforms.github.api.wire.Answer.seconds_ahead", lambda _: 3600.0)
        with pytest.raises(Failure, match="this machine's clock is 60 minutes ahead of") as raised:
            staged.one_pass("production")

    assert raised.value.exit_code == Exit.CONFIG
    assert staged.server() is None
    assert staged.one_pass("production").action == "deployed"
