"""The local forge does with pull requests what GitHub does, over a real repository."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.platforms.github.api import GitHub, comments, issues, people, pulls, statuses
from mlops_spec.rehearse.hub.routes import ROUTES
from mlops_spec.rehearse.hub.tokens import JobToken


def opened(stage: Any, branch: str = "slower", text: str = "spec: 1\n") -> Any:
    stage.commit(branch, "model.yaml", text)
    return pulls.create(stage.as_("alice"), title="Slower", head=branch, base="main", body="")


def merge(stage: Any, number: int, login: str = "bob", **body: str) -> Any:
    return stage.as_(login).send("PUT", f"/repos/acme/churn/pulls/{number}/merge", body, needs="contents: write")


def review(stage: Any, number: int, login: str, event: str = "APPROVE") -> Any:
    return stage.as_(login).send("POST", f"/repos/acme/churn/pulls/{number}/reviews", {"event": event}, needs="")


def test_merging_makes_a_merge_commit_on_main(stage: Any) -> None:
    pull = opened(stage)
    answer = merge(stage, pull.number)
    merged = pulls.get(stage.as_("alice"), pull.number)

    origin = stage.hub.origin
    assert origin.branch("main") == answer["sha"] == merged.merge_commit_sha
    about = origin.describe(answer["sha"])
    assert about["parents"].split() == [pull.base.sha, pull.head.sha]
    assert about["author_email"] == "102+bob@users.noreply.github.com"
    assert (merged.merged, merged.state, merged.merged_by.login) == (True, "closed", "bob")
    assert origin.git.text("show", "main:model.yaml") == "spec: 1"


def test_a_squash_is_one_commit_of_the_author(stage: Any) -> None:
    pull = opened(stage)
    stage.commit("slower", "model.yaml", "spec: 2\n")
    answer = merge(stage, pull.number, merge_method="squash")

    about = stage.hub.origin.describe(answer["sha"])
    assert about["parents"] == pull.base.sha
    assert about["author_email"] == "101+alice@users.noreply.github.com"
    assert about["message"].startswith("Slower (#1)")
    assert [found.number for found in pulls.of_commit(stage.as_("bob"), answer["sha"])] == [pull.number]


def test_a_ruleset_is_enforced(stage: Any) -> None:
    check = {"context": "Train and gate", "integration_id": 15368}
    stage.guard(
        {"type": "required_linear_history"},
        {"type": "pull_request", "parameters": {"required_approving_review_count": 1}},
        {"type": "required_status_checks", "parameters": {"required_status_checks": [check]}},
    )
    pull = opened(stage)

    with pytest.raises(Failure) as caught:
        merge(stage, pull.number)

    for said in ("must not contain merge commits", "approving review is required", '"Train and gate" is expected'):
        assert said in caught.value.message


def test_a_pull_request_has_a_merge_ref_for_its_workflows(stage: Any) -> None:
    pull = opened(stage)
    git = stage.hub.origin.git

    assert git.resolve(f"refs/pull/{pull.number}/head") == pull.head.sha
    assert stage.hub.origin.describe(f"refs/pull/{pull.number}/merge")["parents"].split() == [
        pull.base.sha,
        pull.head.sha,
    ]


def test_a_new_push_moves_the_head(stage: Any) -> None:
    pull = opened(stage)
    newer = stage.commit("slower", "model.yaml", "spec: 2\n")

    assert pulls.get(stage.as_("alice"), pull.number).head.sha == newer


def test_a_head_that_moved_is_not_merged(stage: Any) -> None:
    pull = opened(stage)
    stage.commit("slower", "model.yaml", "spec: 2\n")

    with pytest.raises(Failure, match="Head branch was modified") as caught:
        merge(stage, pull.number, sha=pull.head.sha)

    assert caught.value.exit_code == Exit.STALE
    assert not pulls.get(stage.as_("alice"), pull.number).merged


def test_a_conflict_is_not_merged(stage: Any) -> None:
    first, second = opened(stage, "one", "spec: 1\n"), opened(stage, "two", "spec: 2\n")
    merge(stage, first.number)

    with pytest.raises(Failure, match="405 Pull Request is not mergeable"):
        merge(stage, second.number)


def test_what_does_not_conflict_is_merged_beside_other_work(stage: Any) -> None:
    first = opened(stage)
    stage.commit("other", "README.md", "hello\n")
    other = pulls.create(stage.as_("alice"), title="Other", head="other", base="main", body="")
    merge(stage, first.number)
    merge(stage, other.number)

    assert sorted(stage.hub.origin.git.text("ls-tree", "--name-only", "main").split()) == ["README.md", "model.yaml"]


def test_it_is_merged_once(stage: Any) -> None:
    pull = opened(stage)
    merge(stage, pull.number)

    with pytest.raises(Failure, match="405"):
        merge(stage, pull.number)


def test_rules_ask_for_an_approval_of_somebody_else(stage: Any) -> None:
    stage.guard({"type": "pull_request", "parameters": {"required_approving_review_count": 1}})
    pull = opened(stage)
    with pytest.raises(Failure, match="approving review is required"):
        merge(stage, pull.number)
    with pytest.raises(Failure, match="Can not approve your own"):
        review(stage, pull.number, "alice")
    review(stage, pull.number, "bob", "COMMENT")
    with pytest.raises(Failure, match="approving review is required"):
        merge(stage, pull.number)
    review(stage, pull.number, "bob")

    assert merge(stage, pull.number)["merged"]


def test_rules_ask_for_green_checks_on_the_head(stage: Any) -> None:
    stage.guard({"type": "required_status_checks", "parameters": {"required_status_checks": [{"context": "gate"}]}})
    pull = opened(stage)
    alice = stage.as_("alice")
    with pytest.raises(Failure, match='"gate" is expected'):
        merge(stage, pull.number)
    statuses.create(alice, pull.head.sha, statuses.Given(context="gate", state="failure"))
    with pytest.raises(Failure, match='"gate" is failure'):
        merge(stage, pull.number)
    statuses.create(alice, pull.head.sha, statuses.Given(context="gate", state="success"))

    assert [status.state for status in statuses.of_commit(alice, pull.head.sha)] == ["success", "failure"]
    assert merge(stage, pull.number)["merged"]


def checks(*listed: dict[str, Any], **more: bool) -> dict[str, Any]:
    return {"type": "required_status_checks", "parameters": {"required_status_checks": [*listed], **more}}


def test_a_check_of_an_app_is_passed_by_nobody_else(stage: Any) -> None:
    stage.guard(checks({"context": "gate", "integration_id": 15368}))
    pull = opened(stage)
    given = statuses.Given(context="gate", state="success")
    statuses.create(stage.as_("alice"), pull.head.sha, given)
    with pytest.raises(Failure, match='"gate" is expected'):
        merge(stage, pull.number)
    statuses.create(stage.as_("github-actions[bot]"), pull.head.sha, given)

    assert merge(stage, pull.number)["merged"]


def test_checks_count_on_what_main_will_be(stage: Any) -> None:
    stage.guard(checks({"context": "gate"}, strict_required_status_checks_policy=True))
    pull = opened(stage)
    stage.commit("main", "README.md", "hello\n")
    statuses.create(stage.as_("alice"), pull.head.sha, statuses.Given(context="gate", state="success"))

    with pytest.raises(Failure, match="out-of-date with the base branch"):
        merge(stage, pull.number)


def test_who_pushed_last_does_not_approve_alone(stage: Any) -> None:
    asked = {"required_approving_review_count": 1, "require_last_push_approval": True}
    stage.guard({"type": "pull_request", "parameters": asked})
    pull = opened(stage)
    stage.hub.pushers[pull.head.sha] = "bob"
    review(stage, pull.number, "bob")
    with pytest.raises(Failure, match="approval from someone other than the last pusher"):
        merge(stage, pull.number)
    review(stage, pull.number, "carol")

    assert merge(stage, pull.number)["merged"]


def test_a_ruleset_that_is_not_active_asks_for_nothing(stage: Any) -> None:
    stage.guard(checks({"context": "gate"}), enforcement="evaluate")

    assert merge(stage, opened(stage).number)["merged"]


@pytest.mark.parametrize(
    ("permissions", "refused"),
    [({"pull-requests": "write"}, "statuses"), ({"statuses": "write"}, "pulls"), ({}, "both")],
)
def test_a_job_may_call_what_its_permissions_name(stage: Any, permissions: dict[str, str], refused: str) -> None:
    pull = opened(stage)
    reference = "acme/churn/.github/workflows/x.yml@refs/heads/main"
    job = JobToken(
        *("job-token", "acme/churn", 7, "push", "refs/heads/main", "c0ffee", "alice", "x", reference),
        *("one", reference, permissions),
    )
    calls = {
        "statuses": lambda own: statuses.create(own, pull.head.sha, statuses.Given(context="x", state="success")),
        "pulls": lambda own: pulls.update(own, pull.number, title="New", body=""),
    }
    own = GitHub("acme/churn", "job-token", stage.api_url)
    with stage.hub.known([job]):
        for name, call in calls.items():
            if refused in (name, "both"):
                with pytest.raises(Failure, match="403 Resource not accessible by integration"):
                    call(own)
            else:
                call(own)
    with pytest.raises(Failure, match="401 Bad credentials"):
        calls["pulls"](own)


def test_no_call_is_open_to_a_job_that_is_given_nothing_but_what_everybody_reads(stage: Any) -> None:
    job = JobToken("job-token", "acme/churn", 7, "push", "refs/heads/main", "", "alice", "x", "x", "one", "x", {})
    values = dict.fromkeys(re.findall(r"{(\w+)}", "".join(route.template for route in ROUTES)), "1")
    values |= {"owner": "acme", "repo": "churn"}
    guarded = [route for route in ROUTES if route.needs != ("metadata: read",)]
    own = GitHub("acme/churn", "job-token", stage.api_url)
    with stage.hub.known([job]):
        for route in guarded:
            with pytest.raises(Failure, match="403 Resource not accessible by integration"):
                own.send(route.method, route.template.format(**values), {}, needs="")
    assert {f"{route.method} {route.template}" for route in ROUTES if route not in guarded} == {
        "GET /repos/{owner}/{repo}",
        "GET /repos/{owner}/{repo}/collaborators/{username}/permission",
        "GET /repos/{owner}/{repo}/rulesets",
        "GET /repos/{owner}/{repo}/rulesets/{ruleset_id}",
        "GET /users/{username}",
        "POST /app/installations/{installation_id}/access_tokens",  # for an App's key
    }


def test_somebody_who_may_only_read_merges_nothing(stage: Any) -> None:
    pull = opened(stage)

    with pytest.raises(Failure, match="403"):
        merge(stage, pull.number, "eve")


def test_one_pull_request_per_branch(stage: Any) -> None:
    opened(stage)

    with pytest.raises(Failure, match="already exists for acme:slower") as caught:
        pulls.create(stage.as_("alice"), title="Again", head="slower", base="main", body="")

    assert caught.value.exit_code == Exit.STALE


def test_a_pull_request_without_commits_is_refused(stage: Any) -> None:
    stage.commit("slower", "model.yaml", "spec: 1\n")
    merge(stage, pulls.create(stage.as_("alice"), title="x", head="slower", base="main", body="").number)

    with pytest.raises(Failure, match="No commits between main and slower"):
        pulls.create(stage.as_("alice"), title="x", head="slower", base="main", body="")


def test_the_pull_request_of_a_merge_is_found_by_its_commit(stage: Any) -> None:
    pull = opened(stage)
    merged = merge(stage, pull.number)["sha"]

    for sha in (merged, pull.head.sha):
        assert [found.number for found in pulls.of_commit(stage.as_("alice"), sha)] == [pull.number]
    assert pulls.of_commit(stage.as_("alice"), pull.base.sha) == []


def test_commits_know_their_accounts(stage: Any) -> None:
    pull = opened(stage)

    assert [c.author.login for c in pulls.commits(stage.as_("bob"), pull.number) if c.author] == ["alice"]


def test_closed_and_open_are_listed_apart(stage: Any) -> None:
    pull = opened(stage)
    alice = stage.as_("alice")
    pulls.update(alice, pull.number, state="closed")

    assert pulls.of_branch(alice, "slower") == []
    assert [found.number for found in pulls.of_branch(alice, "slower", state="all")] == [pull.number]


def test_fifty_runs_keep_one_comment_and_one_issue(stage: Any) -> None:
    pull, run = opened(stage), stage.as_("github-actions[bot]")
    for number in range(50):
        comments.keep_one(run, pull.number, marker="<!-- mlops-spec -->", body=f"run {number}")
        issues.keep_one(run, label="drift", title="Drift", body=f"run {number}")

    assert [comment.body for comment in comments.of_issue(run, pull.number)] == ["<!-- mlops-spec -->\nrun 49"]
    assert [(issue.title, issue.body) for issue in issues.labelled(run, "drift", state="all")] == [("Drift", "run 49")]


def test_many_comments_come_in_pages(stage: Any) -> None:
    pull, alice = opened(stage), stage.as_("alice")
    for number in range(101):
        comments.create(alice, pull.number, str(number))

    assert [comment.body for comment in comments.of_issue(alice, pull.number)] == [str(number) for number in range(101)]
    asked = [e for e in stage.exchanges if (e.method, e.template.rsplit("/", 1)[-1]) == ("GET", "comments")]
    assert [len(exchange.answer) for exchange in asked] == [100, 1]


def test_a_workflows_token_may_not_read_teams(stage: Any) -> None:
    with pytest.raises(Failure, match="403 Resource not accessible by integration") as caught:
        people.is_member(stage.as_("github-actions[bot]"), "acme", "risk", "carol")

    assert caught.value.exit_code == Exit.CONFIG


def test_an_unknown_token_opens_nothing(stage: Any) -> None:
    with pytest.raises(Failure, match="401 Bad credentials"):
        pulls.get(GitHub("acme/churn", "guessed", stage.api_url), 1)


@pytest.mark.parametrize("path", ["/repos/acme/churn/hooks", "/repos/acme/other/pulls", "/repos/acme/churn/pulls/x"])
def test_what_github_has_and_we_do_not_call_is_not_found(stage: Any, path: str) -> None:
    with pytest.raises(Failure, match="404 Not Found"):
        stage.as_("alice").get(path, needs="")
