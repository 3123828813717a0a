"""Pull requests from forks: what they are on the forge, what starts, and what is said of what nobody trained."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mlops_spec.errors import Exit, Failure
from mlops_spec.platforms.github.api import pulls
from mlops_spec.rehearse import events, triggers
from mlops_spec.rehearse.hub import approvals
from mlops_spec.rehearse.hub.origin import Origin
from mlops_spec.rehearse.hub.people import Person
from mlops_spec.rehearse.hub.rulesets import ACTIONS_APP, Check, passed
from mlops_spec.rehearse.hub.state import Status
from mlops_spec.review.trial import CONTEXT, begin

from .conftest import git
from .test_act import HEAD, job, outputs, run_step

if TYPE_CHECKING:
    from mlops_spec.platforms.github.api.shapes import PullRequest

RENDERED = Path(__file__).parent.parent / "render/aws/expected/.github/workflows/mlops-pull-request.yml"


@pytest.fixture
def clone(stage: Any, tmp_path: Path) -> Path:
    """Eve's clone of her fork."""
    fork = Origin.create(tmp_path / "eve" / "churn.git")
    fork.follow(stage.hub.origin, "main", "refs/heads/main")
    stage.hub.forks["eve/churn"] = fork
    git(tmp_path, "clone", "--quiet", str(fork.path), "fork")
    return tmp_path / "fork"


def commit(clone: Path, path: str, text: str = "spec: 1\n") -> str:
    (clone / path).parent.mkdir(parents=True, exist_ok=True)
    (clone / path).write_text(text)
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "--message", f"Change {path}")
    git(clone, "push", "--quiet", "origin", "HEAD:slower")
    return git(clone, "rev-parse", "HEAD")


def propose(stage: Any, clone: Path, path: str = "model.yaml") -> PullRequest:
    commit(clone, path)
    return pulls.create(stage.as_("eve"), title="Slower", head="eve:slower", base="main", body="")


def event_of(stage: Any, number: int) -> events.Event:
    pull = stage.hub.pull(number)
    return events.pull_request(stage.hub, pull, pull.user, stage.api_url)


def test_its_head_lies_in_the_fork_and_is_followed_by_the_base(stage: Any, clone: Path) -> None:
    pull = propose(stage, clone)
    assert (pull.head.repo and pull.head.repo.full_name, pull.head.ref) == ("eve/churn", "slower")
    assert stage.hub.origin.branch("slower") is None

    newer = commit(clone, "other.txt")

    assert pulls.get(stage.as_("bob"), pull.number).head.sha == newer
    assert stage.hub.origin.git.resolve(f"refs/pull/{pull.number}/head") == newer
    assert {each.filename for each in pulls.files(stage.as_("bob"), pull.number)} == {"model.yaml", "other.txt"}
    assert pulls.of_branch(stage.as_("bob"), "slower") == []  # the base's own branch of that name


def test_nobody_but_its_owner_writes_to_a_fork(stage: Any, clone: Path) -> None:
    commit(clone, "model.yaml")
    url = stage.api_url.replace("//", "//{}:{}@")

    def push(login: str) -> tuple[int, str]:
        where = f"{url.format(login, f'{login}-token')}/eve/churn.git"
        done = subprocess.run(
            ["git", "-C", clone, "push", where, "HEAD:refs/heads/more"], capture_output=True, text=True, check=False
        )
        return done.returncode, done.stderr

    assert push("eve")[0] == 0
    assert "Permission to eve/churn.git denied to alice" in push("alice")[1]


def test_runs_of_a_newcomer_wait_by_the_policy(stage: Any, clone: Path) -> None:
    pull = propose(stage, clone)
    policy = stage.hub.settings.actions["fork-pr-contributor-approval"]

    assert event_of(stage, pull.number).untrusted
    assert approvals.asks(stage.hub, "pull_request", "eve")
    assert not approvals.asks(stage.hub, "pull_request", "alice")
    assert not approvals.asks(stage.hub, "push", "eve")
    stage.hub.pull(pull.number).merged_at = "2026-11-01T00:00:00Z"
    assert not approvals.asks(stage.hub, "pull_request", "eve")
    policy["approval_policy"] = "all_external_contributors"
    assert approvals.asks(stage.hub, "pull_request", "eve")


def test_a_job_and_a_status_of_one_name_must_both_have_passed(stage: Any) -> None:
    head, check = stage.commit("slower", "model.yaml", "spec: 1\n"), Check(CONTEXT, ACTIONS_APP)
    actions = stage.hub.account("github-actions[bot]")

    def say(state: Any, *, of_job: bool) -> str:
        stage.hub.statuses.append(Status(stage.hub.next_id(), head, CONTEXT, state, actions, of_job=of_job))
        return passed(stage.hub, check, head)

    assert passed(stage.hub, check, head) == "expected"
    assert say("failure", of_job=True) == "failure"
    assert say("success", of_job=False) == "failure"
    assert say("success", of_job=True) == "success"
    assert say("pending", of_job=False) == "pending"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ((".github/workflows/mlops-pull-request.yml",), "changes .github/workflows/mlops-pull-request.yml"),
        ((".github/actions/train/action.yml",), "changes .github/actions/train/action.yml"),
        ((".github/CODEOWNERS",), "changes .github/CODEOWNERS"),
    ],
)
def test_a_fork_that_writes_its_own_checks_is_not_tried(
    stage: Any, clone: Path, change: tuple[str, ...], said: str
) -> None:
    pull = propose(stage, clone, *change)

    with pytest.raises(Failure, match=said) as refused:
        begin(stage.as_("bob"), pull.number)
    assert refused.value.exit_code == Exit.FINDINGS
    assert stage.hub.statuses == []


def test_what_the_forge_does_not_show_is_not_tried(stage: Any, clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pull = propose(stage, clone)
    monkeypatch.setattr(pulls, "files", lambda *_: [])

    with pytest.raises(Failure, match="changes more files than the forge shows"):
        begin(stage.as_("bob"), pull.number)


def test_a_trial_is_of_the_commit_that_was_pinned(stage: Any, clone: Path) -> None:
    pull = propose(stage, clone)

    begun = begin(stage.as_("bob"), pull.number)
    newer = commit(clone, "other.txt")

    assert (begun.head, begun.base) == (pull.head.sha, pull.base.sha)
    assert [(each.sha, each.context) for each in stage.hub.statuses] == [(begun.head, CONTEXT)]
    assert passed(stage.hub, Check(CONTEXT), newer) == "expected"


STARTED = """
name: try
on:
  workflow_dispatch:
    inputs:
      number: {required: true, type: number}
permissions: {}
jobs:
"""


def dispatch(stage: Any, login: str, workflow: str = "test.yml", **inputs: str) -> Any:
    path = f"/repos/acme/churn/actions/workflows/{workflow}/dispatches"
    stage.as_(login).send("POST", path, {"ref": "main", "inputs": inputs}, needs="")
    return events.workflow_dispatch(stage.hub, workflow, inputs, stage.hub.account(login), stage.api_url)


@pytest.mark.e2e
def test_a_workflow_that_is_started_by_hand_knows_its_inputs(machine: Any) -> None:
    stage = machine.stage
    text = STARTED + job("one", run_step('echo "${NUMBER}"', env="{NUMBER: '${{ inputs.number }}'}"))
    for name in ("test", "other"):
        stage.commit("main", f".github/workflows/{name}.yml", text)

    event = dispatch(stage, "alice", number="3")

    assert triggers.started_by(event, stage.hub.origin.git) == ["test.yml"]
    assert outputs(machine.runner.run("test.yml", event, 1), "one") == ["3"]


@pytest.mark.parametrize(
    ("login", "workflow", "inputs", "said"),
    [
        ("eve", "test.yml", {"number": "3"}, "403"),
        ("alice", "test.yml", {}, "Required input 'number' not provided"),
        ("alice", "test.yml", {"number": "3", "gate": "off"}, "Unexpected inputs provided"),
        ("alice", "none.yml", {}, "404"),
        ("alice", "push.yml", {}, "does not have 'workflow_dispatch' trigger"),
    ],
)
def test_who_may_not_start_it_or_starts_it_wrongly_is_told(
    stage: Any, login: str, workflow: str, inputs: dict[str, str], said: str
) -> None:
    stage.commit("main", ".github/workflows/test.yml", STARTED + job("one", run_step("exit")))
    stage.commit("main", ".github/workflows/push.yml", HEAD + job("one", run_step("exit")))

    with pytest.raises(Failure) as refused:
        dispatch(stage, login, workflow, **inputs)
    assert said in f"{refused.value.message} {refused.value.remedy}"


def rendered(trains: str, training: str) -> str:
    """The job that bears the required name, as it is rendered, behind others that end as they are told."""
    lines = RENDERED.read_text(encoding="utf-8").splitlines()
    start = lines.index("  judged:")
    check = job("check", run_step(f'echo "trains={trains}" >> "$GITHUB_OUTPUT"', id="plan"))
    check = check.replace("    steps:", "    outputs: {trains: '${{ steps.plan.outputs.trains }}'}\n    steps:")
    train = job("train", run_step(f"[ {training} != failure ]"), needs="check")
    train = train.replace("    steps:", f"    if: ${{{{ {str(training != 'skipped').lower()} }}}}\n    steps:")
    return HEAD + check + train + "\n".join(lines[start:]) + "\n"


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("author", "trains", "training", "name", "result"),
    [
        ("alice", "true", "success", CONTEXT, "success"),
        ("alice", "true", "failure", CONTEXT, "failure"),
        ("alice", "true", "skipped", CONTEXT, "failure"),
        ("alice", "", "skipped", CONTEXT, "failure"),
        ("alice", "false", "skipped", CONTEXT, "success"),
        ("eve", "true", "skipped", "Wait for mlops-try", "success"),
        ("eve", "false", "skipped", "Wait for mlops-try", "success"),
        ("dependabot[bot]", "true", "skipped", "Wait for mlops-try", "success"),
        ("dependabot[bot]", "false", "skipped", CONTEXT, "success"),
    ],
)
def test_the_required_name_is_on_no_pull_request_that_nobody_trained(
    machine: Any, clone: Path, author: str, trains: str, training: str, name: str, result: str
) -> None:
    stage = machine.stage
    stage.hub.people = (*stage.hub.people, Person("dependabot[bot]", 49699333, "dependabot-token", type="Bot"))
    stage.commit("main", ".github/workflows/test.yml", rendered(trains, training))
    if author == "eve":
        number = propose(stage, clone).number
    else:
        stage.commit("slower", "model.yaml", "spec: 1\n")
        number = pulls.create(stage.as_("bob"), title="Slower", head="slower", base="main", body="").number
        stage.hub.pull(number).user = stage.hub.account(author)

    run = machine.runner.run("test.yml", event_of(stage, number), 1)

    assert [(each.name, each.result) for each in run.jobs if each.id == "judged"] == [(name, result)]
    assert len(run.jobs) == 3


def test_no_other_rendered_job_bears_the_required_name() -> None:
    jobs = yaml.safe_load(RENDERED.read_text(encoding="utf-8"))["jobs"]
    assert [name for name, each in jobs.items() if CONTEXT in each["name"]] == ["judged"]
    assert jobs["judged"]["if"] == "${{ always() }}"
