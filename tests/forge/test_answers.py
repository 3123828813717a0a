"""What the calls make of the forge's answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.platforms.github.api import comments, issues, people, pulls, statuses

USER = {"login": "github-actions[bot]", "id": 41898282, "type": "Bot"}
MARKER = "<!-- mlops-spec -->"


def a_comment(number: int, body: str, login: str = "github-actions[bot]") -> dict[str, Any]:
    return {"id": number, "body": body, "html_url": "https://x", "user": {**USER, "login": login}}


def an_issue(number: int, **changed: Any) -> dict[str, Any]:
    issue = {"number": number, "title": "Drift", "body": "old", "state": "open", "user": USER, "html_url": "https://x"}
    return {**issue, **changed}


def test_an_answer_without_a_needed_field_is_named(script: Any) -> None:
    script.then(200, {"number": 1, "title": "x"})

    with pytest.raises(Failure, match=r"GET /repos/acme/churn/pulls/1: unexpected answer: `state`") as caught:
        pulls.get(script.github(), 1)

    assert caught.value.exit_code == Exit.UNAVAILABLE


def test_a_list_that_is_none_is_named(script: Any) -> None:
    script.then(200, {"message": "surprise"})

    with pytest.raises(Failure, match="a list was expected"):
        comments.of_issue(script.github(), 1)


def test_the_first_comment_is_created(script: Any) -> None:
    script.then(200, []).then(201, a_comment(5, "x"))
    comments.keep_one(script.github(), 1, marker=MARKER, body="passed")

    assert [method for method, _, _ in script.requests] == ["GET", "POST"]


def test_our_comment_is_updated(script: Any) -> None:
    script.then(200, [a_comment(4, "hello"), a_comment(5, f"{MARKER}\nold")]).then(200, a_comment(5, "new"))
    comments.keep_one(script.github(), 1, marker=MARKER, body="new")

    assert script.requests[1][:2] == ("PATCH", "/repos/acme/churn/issues/comments/5")


def test_an_equal_comment_is_left(script: Any) -> None:
    script.then(200, [a_comment(5, f"{MARKER}\nsame")])
    comments.keep_one(script.github(), 1, marker=MARKER, body="same")

    assert len(script.requests) == 1


@pytest.mark.parametrize(
    "theirs",
    [
        a_comment(4, f"{MARKER}\nfake: all gates pass", login="mallory"),
        a_comment(4, f"quoted {MARKER}"),
        a_comment(4, ""),
    ],
    ids=["other author", "marker not first", "empty"],
)
def test_a_comment_that_is_not_ours_is_left_alone(script: Any, theirs: dict[str, Any]) -> None:
    script.then(200, [theirs]).then(201, a_comment(5, "x"))
    comments.keep_one(script.github(), 1, marker=MARKER, body="real")

    assert script.requests[1][0] == "POST"


def test_a_comment_too_long_for_github_is_refused_before_it_is_sent(script: Any) -> None:
    with pytest.raises(Failure, match=r"65,537 characters"):
        comments.create(script.github(), 1, "x" * 65_537)

    assert script.requests == []


def test_an_open_issue_is_updated_and_the_oldest_counts(script: Any) -> None:
    script.then(200, [an_issue(9), an_issue(7), an_issue(3, pull_request={"url": "https://x"})]).then(200, an_issue(7))
    issues.keep_one(script.github(), label="drift", title="Drift", body="new")

    assert script.requests[1][:2] == ("PATCH", "/repos/acme/churn/issues/7")


def test_a_status_description_fits_githubs_limit(script: Any) -> None:
    script.then(201, {"context": "gate", "state": "failure", "description": "x"})
    status = statuses.create(
        script.github(), "0" * 40, statuses.Given(context="gate", state="failure", description="x" * 999)
    )

    assert status.state == "failure"


def test_the_branch_of_a_pull_request_is_checked_again(script: Any) -> None:
    """GitHub ignores a `head` that it does not understand and lists everything."""
    end = {"ref": "main", "sha": "0" * 40, "repo": None}
    pull = {"number": 1, "title": "x", "state": "open", "user": None, "html_url": "https://x", "base": end}
    script.then(200, [{**pull, "head": {**end, "ref": "other"}}, {**pull, "head": {**end, "ref": "mine"}, "number": 2}])

    assert [found.number for found in pulls.of_branch(script.github(), "mine")] == [2]


@pytest.mark.parametrize("sha", ["main", "../../user", f"{'0' * 40}\n", "0" * 39])
def test_a_head_that_is_no_commit_s_id_is_no_answer(script: Any, sha: str) -> None:
    end = {"ref": "main", "sha": sha, "repo": None}
    pull = {"number": 1, "title": "x", "state": "open", "user": None, "html_url": "https://x", "base": end}
    script.then(200, {**pull, "head": end})

    with pytest.raises(Failure, match=r"`head\.sha`"):
        pulls.get(script.github(), 1)


def test_a_person_is_named_without_asking_a_team(script: Any) -> None:
    assert people.is_named(script.github(), "Carol", ["@acme/risk", "@carol"])
    assert script.requests == []


def test_a_team_member_is_named(script: Any) -> None:
    script.then(200, {"state": "active", "role": "member"})

    assert people.is_named(script.github(), "carol", ["@acme/risk"])
    assert script.requests[0][1] == "/orgs/acme/teams/risk/memberships/carol"


def test_teams_are_read_with_the_token_that_may(script: Any) -> None:
    script.then(200, {"state": "active", "role": "member"})
    github = replace(script.github(), team_token="of-the-app")

    assert people.is_named(github, "carol", ["@acme/risk"])
    assert script.requests[0][2]["Authorization"] == "Bearer of-the-app"


def test_an_invited_person_is_no_member_yet(script: Any) -> None:
    script.then(200, {"state": "pending", "role": "member"})

    assert not people.is_named(script.github(), "carol", ["@acme/risk"])


def test_a_stranger_is_no_member(script: Any) -> None:
    script.then(404, {"message": "Not Found"}).then(200, {"slug": "risk"})

    assert not people.is_named(script.github(), "eve", ["@acme/risk"])


@pytest.mark.parametrize("status", [403, 404], ids=["forbidden", "hidden"])
def test_a_team_that_the_token_may_not_read_is_an_error_not_a_no(script: Any, status: int) -> None:
    script.then(status, {"message": "No"}).then(status, {"message": "No"})

    with pytest.raises(Failure) as caught:
        people.is_named(script.github(), "carol", ["@acme/risk"])

    assert caught.value.exit_code == Exit.CONFIG
    assert "members: read" in caught.value.remedy
    assert "MLOPS_APP_KEY" in caught.value.remedy
