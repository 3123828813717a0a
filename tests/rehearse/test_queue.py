"""The merge queue: it alone merges, and only what passes on the branch that it made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git
from mlops_spec.outputs.rendered import rendered
from mlops_spec.platforms.github.api import pulls
from mlops_spec.rehearse import events, small
from mlops_spec.rehearse.hub import queue
from mlops_spec.rehearse.hub.request import Refused
from mlops_spec.rehearse.hub.state import Status
from mlops_spec.rehearse.rehearsal import rehearse
from mlops_spec.rehearse.scenario import Scenario, Scene
from mlops_spec.rehearse.show import Progress
from mlops_spec.rehearse.stage import Stage, replace_in
from mlops_spec.rehearse.triggers import starts
from mlops_spec.spec import Spec

CHECK = {"context": "Lint and plan", "integration_id": 15368}
WORKFLOW = """\
name: mlops-test
on: {pull_request: , merge_group: {types: [checks_requested]}}
permissions: {}
jobs:
  check:
    name: Lint and plan
    runs-on: ubuntu-24.04
    steps:
      - run: echo "$GITHUB_EVENT_NAME $GITHUB_REF $GITHUB_SHA [$GITHUB_HEAD_REF]"
      - run: echo "$BASE"
        env:
          BASE: ${{ github.event.pull_request.base.sha || github.event.merge_group.base_sha }}
"""

PRIVATE = Path(__file__).parent.parent / "render/aws/model.yaml"
JUDGED = """\
name: mlops-test
on: {pull_request: , merge_group: {types: [checks_requested]}}
permissions: {}
jobs:
  check:
    name: Lint and plan
    runs-on: ubuntu-24.04
    outputs: {trains: "${{ steps.plan.outputs.trains }}"}
    steps:
      - id: plan
        run: echo trains=true >> "$GITHUB_OUTPUT"
  train:
    name: Train
    needs: check
    if: >-
      ${{ needs.check.outputs.trains == 'true'
      && github.event.pull_request.head.repo.full_name == github.repository }}
    runs-on: ubuntu-24.04
    steps:
      - run: exit 1
"""


@pytest.fixture
def hub(stage: Any) -> Any:
    """A repository with a queue for main, and alice's pull request, whose check has passed."""
    stage.guard(
        {"type": "required_linear_history"},
        {"type": "required_status_checks", "parameters": {"required_status_checks": [CHECK]}},
        {"type": "merge_queue", "parameters": {"merge_method": "SQUASH"}},
    )
    stage.hub.settings.rulesets, kept = {}, stage.hub.settings.rulesets
    stage.commit("slower", "model.yaml", "spec: 1\n")
    pulls.create(stage.as_("alice"), title="Slower", head="slower", base="main", body="")
    stage.hub.settings.rulesets = kept
    passes(stage.hub, stage.hub.origin.branch("slower"))
    return stage.hub


def passes(hub: Any, sha: str, state: Any = "success") -> None:
    hub.statuses.append(Status(hub.next_id(), sha, "Lint and plan", state, hub.account("github-actions[bot]")))


def enter(hub: Any) -> queue.Entry:
    found: queue.Entry = queue.enter(hub, hub.pull(1), hub.account("bob"))
    return found


def test_nobody_merges_past_the_queue(stage: Any, hub: Any) -> None:
    with pytest.raises(Failure, match="Changes must be made through the merge queue"):
        stage.as_("carol").send("PUT", "/repos/acme/churn/pulls/1/merge", {"merge_method": "squash"}, needs="")
    assert hub.pull(1).state == "open"


def test_an_entry_waits_on_a_branch_of_the_queue(hub: Any) -> None:
    main = hub.origin.branch("main")

    entry = enter(hub)

    assert entry.ref == f"refs/heads/gh-readonly-queue/main/pr-1-{main}"
    assert hub.origin.git.resolve(entry.ref) == entry.head
    about = hub.origin.describe(entry.head)
    assert (about["parents"], about["message"].splitlines()[0]) == (main, "Slower (#1)")
    assert (hub.origin.branch("main"), hub.pull(1).state) == (main, "open")


def test_it_merges_once_its_checks_have_passed_there(stage: Any, hub: Any) -> None:
    entry = enter(hub)
    passes(hub, entry.head)

    assert queue.leave(hub, entry, hub.account("bob")) is None

    merged = pulls.get(stage.as_("alice"), 1)
    assert hub.origin.branch("main") == entry.head == merged.merge_commit_sha
    assert merged.merged
    assert merged.merged_by.login == "github-merge-queue[bot]"
    assert hub.origin.git.resolve(entry.ref) is None


@pytest.mark.parametrize(("state", "said"), [("failure", "is failure"), (None, "is expected")])
def test_it_is_thrown_out_where_they_do_not(hub: Any, state: str | None, said: str) -> None:
    """A check that passed on the pull request says nothing of the queue's branch."""
    main, entry = hub.origin.branch("main"), enter(hub)
    if state:
        passes(hub, entry.head, state)

    why = queue.leave(hub, entry, hub.account("bob"))

    assert why == f'Required status check "Lint and plan" {said}.'
    assert (hub.origin.branch("main"), hub.pull(1).state) == (main, "open")
    assert hub.origin.git.resolve(entry.ref) is None


def test_what_would_not_merge_does_not_enter(stage: Any, hub: Any) -> None:
    passes(hub, hub.pull(1).head_sha, "failure")
    with pytest.raises(Refused, match='"Lint and plan" is failure'):
        enter(hub)

    hub.settings.rulesets.clear()
    with pytest.raises(Refused, match="Merge queue is not enabled"):
        enter(hub)
    assert hub.origin.git.text("for-each-ref", "refs/heads/gh-readonly-queue") == ""


def test_its_event_is_githubs(stage: Any, hub: Any) -> None:
    entry = enter(hub)

    event = events.merge_group(hub, entry, "main", stage.api_url)

    assert (event.name, event.ref, event.commit, event.head_ref, event.base_ref) == (
        "merge_group",
        entry.ref,
        entry.head,
        "",
        "",
    )
    group = event.payload["merge_group"]
    assert {key: group[key] for key in ("base_sha", "base_ref", "head_sha")} == {
        "base_sha": entry.base,
        "base_ref": "refs/heads/main",
        "head_sha": entry.head,
    }
    assert starts({"on": ["merge_group"]}, event)
    assert starts({"on": {"merge_group": {"types": ["checks_requested"]}}}, event)
    assert not starts({"on": {"merge_group": {"types": ["destroyed"]}}}, event)
    assert not starts({"on": ["pull_request", "push"]}, event)


@pytest.mark.e2e
@pytest.mark.slow
def test_a_run_of_the_queue_knows_what_it_runs_on(machine: Any) -> None:
    stage = machine.stage
    stage.commit("main", ".github/workflows/test.yml", WORKFLOW)
    stage.guard({"type": "merge_queue", "parameters": {"merge_method": "MERGE"}})
    stage.hub.settings.rulesets, kept = {}, stage.hub.settings.rulesets
    stage.commit("slower", "model.yaml", "spec: 1\n")
    pulls.create(stage.as_("alice"), title="Slower", head="slower", base="main", body="")
    stage.hub.settings.rulesets = kept
    entry = enter(stage.hub)

    run = machine.runner.run("test.yml", events.merge_group(stage.hub, entry, "main", stage.api_url), 1)

    said = [line for step in run.job("Lint and plan").steps for line in step.output]
    assert (run.result, said) == ("success", [f"merge_group {entry.ref} {entry.head} []", entry.base])


@pytest.mark.e2e
@pytest.mark.slow
def test_what_was_judged_as_a_pull_request_is_judged_in_the_queue(machine: Any, tmp_path: Path) -> None:
    """The rendered job of that name, of a storage that pull requests read by a role: in the queue nobody has that."""
    document = yaml.safe_load(PRIVATE.read_text("utf-8")) | {"governance": {"merge_queue": True}}
    texts = {str(path): text for path, text in rendered(tmp_path, Spec.model_validate(document)).items()}
    lines = texts[".github/workflows/mlops-pull-request.yml"].splitlines()
    stage = machine.stage
    stage.commit("main", ".github/workflows/test.yml", JUDGED + "\n".join(lines[lines.index("  judged:") :]) + "\n")
    stage.guard({"type": "merge_queue", "parameters": {"merge_method": "MERGE"}})
    stage.hub.settings.rulesets, kept = {}, stage.hub.settings.rulesets
    stage.commit("slower", "model.yaml", "spec: 1\n")
    pulls.create(stage.as_("alice"), title="Slower", head="slower", base="main", body="")
    stage.hub.settings.rulesets = kept

    run = machine.runner.run("test.yml", events.merge_group(stage.hub, enter(stage.hub), "main", stage.api_url), 1)

    assert {each.name: each.result for each in run.jobs} == {
        "Lint and plan": "success",
        "Train": "skipped",
        "Train and gate": "success",
    }


def queued(clone: Path) -> None:
    """The small model's repository merges by a queue."""
    replace_in(clone / "model.yaml", "spec: 1\n", "spec: 1\ngovernance: {merge_queue: true}\n")


@pytest.mark.e2e
@pytest.mark.slow
@pytest.mark.xdist_group("e2e")
def test_a_life_on_another_branch_with_a_queue(tmp_path: Path) -> None:
    """Registered, staged, promoted and retrained where the default branch is `trunk` and all merges wait in a queue."""
    scenes = (
        Scene[Stage]("begun", lambda stage: small.begin(stage, queued)),
        Scene[Stage]("promoted", small.first_promotion),
        Scene[Stage](
            "retrained",
            lambda stage: small.merge_version(stage, "Other C", small.set_parameter("1.0", "0.5"), "v1.1.0"),
        ),
    )
    what = Scenario("acme/visits", scenes, Stage, branch="trunk")

    played = rehearse("trunk", what, tmp_path / "life", Progress(len(scenes)), keep_running=False)

    assert [(step.title, step.verdict) for step in played.steps if not step.as_expected] == []
    assert played.exit_code == Exit.OK
    origin = Git(tmp_path / "life/github/acme/visits.git")
    branches = origin.text("for-each-ref", "--format=%(refname:short)", "refs/heads").splitlines()
    assert "trunk" in branches
    assert not [name for name in branches if name == "main" or name.startswith("gh-readonly-queue")]
    runs = [run.read_text() for run in (tmp_path / "life").glob("github/acme/visits/actions/runs/*/event.json")]
    assert sum('"checks_requested"' in run for run in runs) == 2
