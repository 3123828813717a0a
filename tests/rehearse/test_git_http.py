"""Git at the local forge: who may fetch and push, and what its rules have against a push, in GitHub's words."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.rehearse.author import signed_in
from mlops_spec.rehearse.hub import git_http
from mlops_spec.rehearse.hub.tokens import JobToken
from mlops_spec.rehearse.rehearsal import rehearse, scenario_of
from mlops_spec.rehearse.show import Progress

if TYPE_CHECKING:
    from pathlib import Path

URL = "{}/acme/churn.git"
WRITES = {"contents": "write"}
JOB = JobToken(
    value="job-token",
    repository="acme/churn",
    run=1,
    event="push",
    ref="refs/heads/main",
    sha="",
    actor="alice",
    workflow="mlops-merge",
    workflow_ref="acme/churn/.github/workflows/mlops-merge.yml@refs/heads/main",
    job="register",
    job_workflow_ref="acme/churn/.github/workflows/mlops-merge.yml@refs/heads/main",
    permissions=WRITES,
)


class Remote:
    """The stage's clone with the forge as its remote, and whose token git sends there."""

    def __init__(self, stage: Any) -> None:
        self.stage, self.hub = stage, stage.hub
        self.hub.server_url = stage.api_url
        self.hub.tokens[JOB.value] = JOB
        self("alice-token", "remote", "set-url", "origin", URL.format(stage.api_url))

    def __call__(self, token: str, *args: str) -> subprocess.CompletedProcess[str]:
        plain = {"GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C"}
        environment = {**os.environ, **plain, **(signed_in(self.stage.api_url, token) if token else {})}
        command = ["git", "-C", str(self.stage.clone), *args]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def grant(self, **permissions: str) -> None:
        given = {scope.replace("_", "-"): level for scope, level in permissions.items()}
        self.hub.tokens[JOB.value] = replace(JOB, permissions=given)

    def commit(self, path: str, text: str = "x\n", *, on: str = "main") -> str:
        """A commit that only the clone has, on a branch of it."""
        for args in (("switch", "-q", on), ("add", "-A"), ("commit", "-qm", f"Change {path}")):
            if args[0] == "add":
                (self.stage.clone / path).parent.mkdir(parents=True, exist_ok=True)
                (self.stage.clone / path).write_text(text)
            who = ("-c", "user.name=alice", "-c", "user.email=101+alice@users.noreply.github.com")
            done = self("", *who, *args)
            assert done.returncode == 0, done.stderr
        return self("", "rev-parse", "HEAD").stdout.strip()

    def at(self, ref: str) -> str | None:
        found: str | None = self.hub.origin.git.resolve(ref)
        return found


@pytest.fixture
def remote(stage: Any) -> Remote:
    return Remote(stage)


@pytest.mark.parametrize("token", ["alice-token", "job-token"])
def test_who_may_fetches_and_pushes(remote: Remote, token: str, tmp_path: Path) -> None:
    head = remote.commit("model.yaml", "spec: 1\n" * 300_000)  # more than git sends in one piece
    pushed = remote(token, "push", "origin", "HEAD:work")
    cloned = remote(token, "clone", "--depth=1", "--branch=work", URL.format(remote.stage.api_url), str(tmp_path / "c"))

    assert (pushed.returncode, cloned.returncode, remote.at("work")) == (0, 0, head), pushed.stderr + cloned.stderr
    assert (tmp_path / "c/model.yaml").stat().st_size == 300_000 * 8
    assert remote(token, "fetch", "origin", head).returncode == 0  # by its id, as a checkout does
    assert remote(token, "push", "origin", ":work").returncode == 0
    assert remote.at("work") is None


@pytest.mark.parametrize("token", ["", "nobody"])
def test_who_is_not_known_gets_nothing(remote: Remote, token: str) -> None:
    for args in (["fetch", "origin"], ["push", "origin", "HEAD:work"]):
        done = remote(token, *args)
        assert done.returncode == 128
        assert "could not read Username" in done.stderr
    assert remote.at("work") is None


def test_a_wrong_password_is_told(remote: Remote) -> None:
    done = remote("", "fetch", URL.format(remote.stage.api_url).replace("http://", "http://alice:secret@"))

    assert "remote: Invalid username or token. Password authentication is not supported" in done.stderr
    assert "Authentication failed" in done.stderr


def test_an_apps_key_is_no_token(remote: Remote) -> None:
    assert "remote: Write access to repository not granted." in remote("app-key", "fetch", "origin").stderr
    assert "denied to promoter[bot]." in remote("app-key", "push", "origin", "HEAD:work").stderr


@pytest.mark.parametrize(
    ("token", "login"), [("job-token", "github-actions[bot]"), ("eve-token", "eve")], ids=["job", "reader"]
)
def test_who_may_read_pushes_nothing(remote: Remote, token: str, login: str) -> None:
    remote.grant(contents="read", statuses="write")
    done = remote(token, "push", "origin", "HEAD:work")

    assert remote(token, "fetch", "origin").returncode == 0
    assert done.returncode == 128
    assert f"remote: Permission to acme/churn.git denied to {login}." in done.stderr
    assert "The requested URL returned error: 403" in done.stderr
    assert remote.at("work") is None


def test_a_job_without_contents_reads_nothing(remote: Remote) -> None:
    remote.grant(pull_requests="write")
    done = remote("job-token", "fetch", "origin")

    assert "remote: Write access to repository not granted." in done.stderr
    assert "The requested URL returned error: 403" in done.stderr


def test_another_repository_is_not_found(remote: Remote) -> None:
    done = remote("alice-token", "fetch", f"{remote.stage.api_url}/acme/other.git")

    assert "remote: Repository not found." in done.stderr
    assert f"repository '{remote.stage.api_url}/acme/other.git/' not found" in done.stderr


def test_a_token_ends_with_its_run(remote: Remote) -> None:
    remote.hub.tokens.clear()
    with remote.hub.known([JOB]):
        assert remote("job-token", "fetch", "origin").returncode == 0
    assert remote("job-token", "fetch", "origin").returncode == 128


PULL_REQUEST = {"type": "pull_request", "parameters": {}}
CHECKS = {
    "type": "required_status_checks",
    "parameters": {"required_status_checks": [{"context": "Train and gate", "integration_id": 15368}]},
}


def declined(done: subprocess.CompletedProcess[str], ref: str, said: str) -> None:
    """The push ended as GitHub ends one that its rules decline."""
    told = [line.removeprefix("remote: ").rstrip() for line in done.stderr.splitlines() if line.startswith("remote: ")]
    assert done.returncode == 1
    assert told[0] == f"error: GH013: Repository rule violations found for {ref}."
    assert told[1].startswith("Review all repository rules at http://127.0.0.1:")
    assert told[1].endswith(f"/acme/churn/rules?ref={quote(ref, safe='')}")
    assert f"- {said}" in told
    assert "(push declined due to repository rule violations)" in done.stderr


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (PULL_REQUEST, "Changes must be made through a pull request."),
        (CHECKS, 'Required status check "Train and gate" is expected.'),
        ({"type": "update"}, "Cannot update this protected ref."),
    ],
    ids=["pull request", "check", "update"],
)
@pytest.mark.parametrize("token", ["alice-token", "carol-token", "job-token"])
def test_main_does_not_move_against_its_rules(remote: Remote, rule: dict[str, Any], said: str, token: str) -> None:
    before = remote.at("main")
    remote.stage.guard(rule)
    remote.commit("model.yaml")

    declined(remote(token, "push", "origin", "main"), "refs/heads/main", said)
    assert remote.at("main") == before


def test_a_branch_that_only_grows_is_neither_rewritten_nor_deleted(remote: Remote) -> None:
    remote.stage.guard({"type": "deletion"}, {"type": "non_fast_forward"}, ref="refs/heads/audit-log")
    start = remote("", "rev-parse", "main").stdout.strip()
    head = remote.commit("record.json")
    assert remote("job-token", "push", "origin", "HEAD:audit-log").returncode == 0

    back = remote("job-token", "push", "--force", "origin", f"{start}:audit-log")
    declined(back, "refs/heads/audit-log", "Cannot force-push to this branch")
    remote("", "switch", "-qc", "other", start)
    remote.commit("forged.json", on="other")
    aside = remote("job-token", "push", "--force", "origin", "other:audit-log")
    declined(aside, "refs/heads/audit-log", "Cannot force-push to this branch")
    gone = remote("job-token", "push", "origin", ":audit-log")
    declined(gone, "refs/heads/audit-log", "Cannot delete this branch")
    assert remote.at("audit-log") == head

    newer = remote.commit("record2.json")
    assert remote("job-token", "push", "origin", "main:audit-log").returncode == 0
    assert remote.at("audit-log") == newer


def test_a_versions_tag_never_moves(remote: Remote) -> None:
    rules = [{"type": kind} for kind in ("deletion", "non_fast_forward", "update")]
    remote.stage.guard(*rules, ref="refs/tags/churn@v*")
    remote("", "tag", "churn@v1.0.0")
    remote("", "tag", "other-v1.0.0")
    assert remote("job-token", "push", "origin", "churn@v1.0.0", "other-v1.0.0").returncode == 0
    before = remote.at("refs/tags/churn@v1.0.0")

    declined(
        remote("carol-token", "push", "origin", ":refs/tags/churn@v1.0.0"),
        "refs/tags/churn@v1.0.0",
        "Cannot delete this tag",
    )
    remote.commit("model.yaml")
    remote("", "tag", "--force", "churn@v1.0.0")
    moved = remote("carol-token", "push", "--force", "origin", "churn@v1.0.0")
    declined(moved, "refs/tags/churn@v1.0.0", "Cannot update this protected ref.")
    assert remote.at("refs/tags/churn@v1.0.0") == before
    assert remote("carol-token", "push", "origin", ":refs/tags/other-v1.0.0").returncode == 0


def test_a_declined_push_moves_nothing_at_all(remote: Remote) -> None:
    remote.stage.guard(PULL_REQUEST)
    remote.commit("model.yaml")
    done = remote("job-token", "push", "--atomic", "origin", "main", "main:refs/heads/work")

    declined(done, "refs/heads/main", "Changes must be made through a pull request.")
    assert remote.at("work") is None


@pytest.mark.parametrize(
    ("token", "actor"),
    [
        ("carol-token", {"actor_type": "RepositoryRole", "actor_id": 5}),
        ("job-token", {"actor_type": "Integration", "actor_id": 15368}),
        ("carol-token", {"actor_type": "OrganizationAdmin", "actor_id": 1}),
    ],
)
def test_who_bypasses_a_ruleset_is_let_through_and_nobody_else(
    remote: Remote, token: str, actor: dict[str, Any]
) -> None:
    remote.stage.guard(PULL_REQUEST, bypass_actors=[{**actor, "bypass_mode": "always"}])
    head = remote.commit("model.yaml")

    assert remote("alice-token", "push", "origin", "main").returncode == 1
    assert remote(token, "push", "origin", "main").returncode == 0
    assert remote.at("main") == head


def test_who_bypasses_for_pull_requests_alone_pushes_nothing(remote: Remote) -> None:
    actor = {"actor_type": "RepositoryRole", "actor_id": 5, "bypass_mode": "pull_request"}
    remote.stage.guard(PULL_REQUEST, bypass_actors=[actor])
    remote.commit("model.yaml")

    assert remote("carol-token", "push", "origin", "main").returncode == 1


WORKFLOW = ".github/workflows/mlops-merge.yml"
REFUSED = f"refusing to allow a GitHub App to create or update workflow `{WORKFLOW}` without `workflows` permission"


def test_a_job_pushes_no_workflow_file_that_is_on_no_branch(remote: Remote) -> None:
    remote.commit(WORKFLOW, "on: push\n")
    done = remote("job-token", "push", "origin", "main:work")

    assert done.returncode == 1
    assert f"! [remote rejected] main -> work ({REFUSED})" in done.stderr
    assert remote.at("work") is None
    assert remote("alice-token", "push", "origin", "main").returncode == 0
    assert remote("job-token", "push", "origin", "main:work").returncode == 0  # now main has it


def test_a_tag_on_a_commit_whose_workflows_main_has_left_behind_is_refused(remote: Remote) -> None:
    """What `register` of one merge meets once another merge changed a workflow."""
    remote.commit(WORKFLOW, "on: push\n")
    older = remote.commit("model.yaml")
    remote("alice-token", "push", "origin", "main")
    remote("", "tag", "churn@v1.0.0", older)
    newer = remote.commit(WORKFLOW, "on: [push]\n")
    remote("alice-token", "push", "origin", "main")
    both = ("push", "--atomic", "origin", "churn@v1.0.0", f"{newer}:refs/heads/audit-log")
    done = remote("job-token", *both)

    assert done.returncode == 1
    assert REFUSED in done.stderr
    assert (remote.at("refs/tags/churn@v1.0.0"), remote.at("audit-log")) == (None, None)
    remote("alice-token", "push", "origin", f"{older}:refs/heads/kept")  # any branch will do
    assert remote("job-token", *both).returncode == 0


def test_an_app_may_change_workflows_where_it_is_allowed_to(remote: Remote) -> None:
    remote.commit(WORKFLOW, "on: push\n")
    remote.grant(contents="write", workflows="write")

    assert remote("app-token", "push", "origin", "main:work").returncode == 1
    assert remote("job-token", "push", "origin", "main:work").returncode == 0


def test_what_is_removed_or_left_as_it_is_needs_no_permission(remote: Remote) -> None:
    remote.commit(WORKFLOW, "on: push\n")
    remote("alice-token", "push", "origin", "main")
    (remote.stage.clone / WORKFLOW).unlink()
    remote.commit("model.yaml")

    assert remote("job-token", "push", "origin", "main:work").returncode == 0


def test_a_git_without_its_http_backend_is_told_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git_http.program.cache_clear()
    monkeypatch.setenv("GIT_EXEC_PATH", str(tmp_path))
    try:
        with pytest.raises(Failure, match=r"git has no .*git-http-backend") as caught:
            rehearse("life", scenario_of("life"), tmp_path / "here", Progress(1), keep_running=False)
    finally:
        git_http.program.cache_clear()
    assert caught.value.exit_code == Exit.CONFIG
    assert not (tmp_path / "here").exists()
