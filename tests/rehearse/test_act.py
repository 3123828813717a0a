"""Workflows run by the real act: what a run reports, and what GitHub would do as well."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec.platforms.github.api import pulls
from mlops_spec.platforms.github.pins import ACTIONS
from mlops_spec.rehearse import events

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.rehearse.run import Run

pytestmark = pytest.mark.e2e

HEAD = """
name: mlops-test
on: [push, pull_request]
permissions: {}
concurrency:
  group: test
  cancel-in-progress: false
  queue: max
defaults:
  run:
    shell: bash
jobs:
"""
READS = HEAD.replace("permissions: {}", "permissions: {contents: read}")
CHECKOUT = f"""
      - uses: {ACTIONS["checkout"].ref} # {ACTIONS["checkout"].version}
        with:
          persist-credentials: false
"""


def job(job_id: str, /, *steps: str, **keys: str) -> str:
    head = "".join(
        f"    {key.replace('_', '-')}: {value}\n" for key, value in {"runs_on": "ubuntu-24.04", **keys}.items()
    )
    return f"  {job_id}:\n{head}    steps:\n" + "".join(step.rstrip() + "\n" for step in steps)


def run_step(command: str, **keys: str) -> str:
    head = "".join(f"\n        {key}: {value}" for key, value in keys.items())
    return f"      - run: |\n          {command}{head}"


def outputs(run: Run, name: str) -> list[str]:
    return [line for step in run.job(name).steps for line in step.output]


def test_results_outputs_and_summaries_are_reported(machine: Any) -> None:
    first = job(
        "first",
        run_step('echo "version=v1.0.0" >> "$GITHUB_OUTPUT"; echo "# Report" >> "$GITHUB_STEP_SUMMARY"', id="set"),
        outputs='{version: "${{ steps.set.outputs.version }}"}',
    )
    second = job(
        "second",
        run_step('echo "got ${VERSION}"', env='{VERSION: "${{ needs.first.outputs.version }}"}'),
        needs="first",
    )
    run = machine.push(test=HEAD + first + second)

    assert (run.result, run.workflow, run.output("version")) == ("success", "test", "v1.0.0")
    assert run.job("first").summary == "# Report\n"
    assert outputs(run, "second") == ["got v1.0.0"]
    assert "got v1.0.0" in (run.folder / "log.txt").read_text()


def test_a_failure_stops_what_needs_it_but_not_what_always_runs(machine: Any) -> None:
    run = machine.push(
        test=HEAD
        + job("gate", run_step("exit 3"), run_step("echo not reached"), run_step("echo cleaned", **{"if": "always()"}))
        + job("deploy", run_step("echo deployed"), needs="gate", name="Deploy to staging")
        + job(
            "record",
            run_step('echo "was ${R}"', env="{R: '${{ needs.deploy.result }}'}"),
            needs="[gate, deploy]",
            **{"if": "${{ always() }}"},
        )
    )

    assert run.result == "failure"
    assert {each.name: each.result for each in run.jobs} == {
        "gate": "failure",
        "record": "success",
        "Deploy to staging": "skipped",
    }
    assert outputs(run, "record") == ["was skipped"]
    assert outputs(run, "gate") == ["cleaned"]
    failed = run.first_failure()
    assert failed is not None
    assert (failed[0].id, failed[1].name) == ("gate", "exit 3\n")


def test_what_a_step_says_before_it_fails_is_read_to_its_end(machine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(line: str) -> None:  # act waits for us with its log full, while the step has long said everything
        if line.endswith("  1"):
            time.sleep(1)

    monkeypatch.setattr(machine, "lines", SimpleNamespace(append=slow))
    fails = job("fails", run_step("seq 1200; printf 'and half a line'; exit 3"))
    run = machine.push(test=HEAD + fails + job("sh", run_step("seq 1200; bash -c 'exit 4'", shell="sh")))

    assert outputs(run, "fails") == [*map(str, range(1, 1201)), "and half a line"]
    assert outputs(run, "sh") == [*map(str, range(1, 1201))]
    assert not (run.folder / "shells").exists()
    assert "end of step" not in (run.folder / "log.txt").read_text()


def test_a_workflow_that_cannot_be_read_is_a_failure(machine: Any) -> None:
    run = machine.push(test=HEAD + job("one", run_step("exit"), runson="x"))

    assert (run.result, run.jobs) == ("failure", ())
    assert "The workflow is not valid" in run.problem
    assert "Unexpected value 'runson'" in run.problem


def test_every_job_has_an_own_clean_checkout_of_the_commit(machine: Any) -> None:
    steps = (CHECKOUT, run_step("git status --short; git rev-parse HEAD; git branch --show-current; touch new-file"))
    run = machine.push(test=READS + job("one", *steps) + job("two", *steps, needs="one"))

    head = machine.stage.hub.origin.branch("main")
    for name in ("one", "two"):
        assert outputs(run, name) == [*run.job(name).steps[0].output, head, "main"]


def test_depth_and_ref_of_a_checkout_are_kept(machine: Any) -> None:
    machine.stage.commit("main", "model.yaml", "spec: 1\n")
    full = CHECKOUT.rstrip() + "\n          fetch-depth: 0\n"
    base = CHECKOUT.rstrip() + "\n          ref: ${{ github.event.before }}\n"
    run = machine.push(
        test=READS
        + job("full", full, run_step("git rev-list --count HEAD; git rev-parse origin/main"))
        + job("short", CHECKOUT, run_step("git rev-list --count HEAD"))
        + job("base", base, run_step("git rev-parse HEAD"))
    )

    origin = machine.stage.hub.origin
    assert outputs(run, "full")[-2:] == ["3", origin.branch("main")]
    assert outputs(run, "short")[-1] == "1"
    assert outputs(run, "base")[-1] == origin.git.text("rev-parse", "main~1")


def test_a_pull_request_runs_on_its_merge_and_trusts_its_base(machine: Any) -> None:
    stage = machine.stage
    base = CHECKOUT.rstrip() + "\n          ref: ${{ github.event.pull_request.base.sha }}\n"
    workflow = (
        READS
        + job(
            "head",
            CHECKOUT,
            run_step('cat model.yaml; echo "${GITHUB_SHA} ${GITHUB_REF} ${GITHUB_BASE_REF} ${GITHUB_HEAD_REF}"'),
        )
        + job("base", base, run_step("cat model.yaml; git rev-parse HEAD"))
    )
    stage.commit("main", "model.yaml", "spec: old\n")
    stage.commit("main", ".github/workflows/test.yml", workflow)
    stage.commit("slower", "model.yaml", "spec: new\n")
    pull = pulls.create(stage.as_("alice"), title="Slower", head="slower", base="main", body="")
    event = events.pull_request(stage.hub, stage.hub.pull(pull.number), stage.hub.person("alice"), stage.api_url)
    run = machine.runner.run("test.yml", event, 1)

    merge = stage.hub.origin.git.resolve("refs/pull/1/merge")
    assert outputs(run, "head")[-2:] == ["spec: new", f"{merge} refs/pull/1/merge main slower"]
    assert outputs(run, "base")[-2:] == ["spec: old", pull.base.sha]


def test_artifacts_go_from_job_to_job(machine: Any) -> None:
    upload = f"""
      - uses: {ACTIONS["upload_artifact"].ref}
        with:
          name: release
          path: dist
          if-no-files-found: error
          retention-days: 30
"""
    download = f"""
      - uses: {ACTIONS["download_artifact"].ref}
        with:
          name: release
          path: received
"""
    make = run_step(
        "mkdir -p dist/plots dist/.git; echo 1 > dist/manifest.json; echo 2 > dist/plots/a; echo 3 > dist/.git/x"
    )
    run = machine.push(
        test=HEAD
        + job("train", make, upload)
        + job("register", download, run_step("find received -type f | sort"), needs="train")
        + job("again", run_step("mkdir dist; touch dist/x"), upload, needs="train", **{"if": "${{ always() }}"})
        + job("nothing", upload.replace("path: dist", "path: nowhere").replace("release", "other"))
    )

    assert outputs(run, "register")[-2:] == ["received/manifest.json", "received/plots/a"]  # hidden files stay behind
    assert {each.id: each.result for each in run.jobs} == {
        "train": "success",
        "nothing": "failure",
        "register": "success",
        "again": "failure",  # the name is taken
    }


def test_a_called_workflow_gives_its_outputs_under_its_callers_name(machine: Any) -> None:
    called = HEAD.replace(
        "on: [push, pull_request]",
        "on:\n  workflow_call:\n    outputs:\n      digest:\n        value: ${{ jobs.train.outputs.digest }}",
    )
    called += job(
        "train",
        run_step('echo "digest=sha256:1" >> "$GITHUB_OUTPUT"', id="bundle"),
        name="Train and bundle",
        outputs='{digest: "${{ steps.bundle.outputs.digest }}"}',
    )
    caller = HEAD + "  train:\n    name: Retrain\n    uses: $/.github/workflows/called.yml\n"
    caller += job(
        "register", run_step('echo "got ${D}"', env="{D: '${{ needs.train.outputs.digest }}'}"), needs="train"
    )
    run = machine.push(called=called, test=caller)

    assert outputs(run, "register") == ["got sha256:1"]
    assert [each.name for each in run.jobs] == ["Retrain / Train and bundle", "register"]
    assert run.result == "success"


def test_a_job_finds_what_its_earlier_runs_installed_and_no_other_jobs(machine: Any) -> None:
    uv = f"""
      - uses: {ACTIONS["setup_uv"].ref}
        with:
          enable-cache: false
"""
    install = run_step('basename "${UV_PROJECT_ENVIRONMENT}"; mkdir -p "${UV_PROJECT_ENVIRONMENT}"; touch "$_/$RANDOM"')
    look = run_step('ls "${UV_PROJECT_ENVIRONMENT}" | wc -l')
    workflow = HEAD + job("train", uv, install, look) + job("check", uv, install, look, needs="train")
    first, second = machine.push(1, test=workflow), machine.push(2, test=f"{workflow}# again\n")

    assert [outputs(run, "train")[-2:] for run in (first, second)] == [["train", "1"], ["train", "2"]]
    assert [outputs(run, "check")[-2:] for run in (first, second)] == [["check", "1"], ["check", "2"]]


def test_a_step_sees_no_token_that_it_was_not_given(machine: Any) -> None:
    given = "{GITHUB_TOKEN: '${{ github.token }}'}"
    run = machine.push(
        test=HEAD
        + job("without", run_step('echo "token:${GITHUB_TOKEN:-none} key:${MLOPS_APP_KEY:-none}"'))
        + job("with", run_step('echo "${#GITHUB_TOKEN} characters, ${GITHUB_TOKEN}"', env=given))
    )

    assert outputs(run, "without") == ["token:none key:none"]
    assert outputs(run, "with") == ["44 characters, ***"]
    left = b"".join(file.read_bytes() for file in run.folder.rglob("*") if file.is_file() and ".git" not in file.parts)
    assert b"ghs_" not in left


APP = f"""
      - id: app
        if: ${{{{ vars.MLOPS_APP_CLIENT_ID != '' }}}}
        uses: {ACTIONS["app_token"].ref}
        with:
          client-id: ${{{{ vars.MLOPS_APP_CLIENT_ID }}}}
          private-key: ${{{{ secrets.MLOPS_APP_KEY }}}}
          permission-contents: write
"""
ASK = (
    'for way in {}; do curl -s -o /dev/null -w "%{{http_code}} " -H "Authorization: Bearer ${{TOKEN}}" '
    '"${{GITHUB_API_URL}}/repos/${{GITHUB_REPOSITORY}}/${{way}}"; done'
)


def test_an_app_gives_a_token_with_what_the_step_asks_for(machine: Any) -> None:
    token = "{TOKEN: '${{ steps.app.outputs.token || github.token }}'}"
    run = machine.push(test=HEAD + job("propose", APP, run_step(ASK.format("codeowners/errors pulls"), env=token)))

    assert outputs(run, "propose")[-1] == "200 403 "  # contents, but no pull requests
    log = (run.folder / "act.jsonl").read_text()
    assert "app-key" not in log
    assert "ghs_" not in log
    assert machine.stage.hub.tokens == {}


def test_an_app_gives_no_more_than_it_has(machine: Any) -> None:
    run = machine.push(test=HEAD + job("propose", APP + "          permission-members: read\n"))

    assert run.result == "failure"
    assert "The permissions requested are not granted to this installation." in outputs(run, "propose")[-1]


def test_a_job_attests_where_it_may(machine: Any) -> None:
    attest = f"      - uses: {ACTIONS['attest'].ref}\n        with:\n          subject-path: model\n"
    steps = (run_step("touch model"), attest)
    run = machine.push(
        test=HEAD
        + job("may", *steps, permissions="{attestations: write, id-token: write}")
        + job("unknown", *steps, permissions="{attestations: write}")
        + job("may-not", *steps, permissions="{id-token: write}")
    )

    assert {each.id: each.result for each in run.jobs} == {"may": "success", "unknown": "failure", "may-not": "failure"}
    assert 'Please add "permissions: id-token: write"' in "".join(outputs(run, "unknown"))
    assert "Resource not accessible by integration" in "".join(outputs(run, "may-not"))


def push_step(*, keeps: bool) -> str:
    checkout = CHECKOUT.replace("persist-credentials: false", f"persist-credentials: {str(keeps).lower()}")
    return checkout + run_step("git push origin HEAD:refs/heads/work 2>&1")


def test_a_checkout_leaves_the_token_where_it_is_asked_to(machine: Any) -> None:
    writes = {"permissions": "{contents: write}"}
    run = machine.push(
        test=HEAD
        + job("keeps", push_step(keeps=True), **writes)
        + job("drops", push_step(keeps=False), **writes)
        + job("reads", push_step(keeps=True), permissions="{contents: read}")
        + job("neither", CHECKOUT)
    )

    assert {each.id: each.result for each in run.jobs} == {
        "keeps": "success",
        "drops": "failure",
        "reads": "failure",
        "neither": "failure",
    }
    assert "could not read Username" in outputs(run, "drops")[-1]
    assert "remote: Permission to acme/churn.git denied to github-actions[bot]." in outputs(run, "reads")
    assert "remote: Write access to repository not granted." in outputs(run, "neither")


def test_a_called_workflow_has_what_its_caller_grants_and_the_secrets_that_it_passes(machine: Any) -> None:
    called = HEAD.replace("on: [push, pull_request]", "on:\n  workflow_call:\n    secrets: {GIVEN: {}}").replace(
        "permissions: {}\n", ""
    )
    token = "{TOKEN: '${{ github.token }}', GIVEN: '${{ secrets.GIVEN }}', KEY: '${{ secrets.MLOPS_APP_KEY }}'}"
    called += job("one", run_step(f'echo "given:${{GIVEN}} key:${{KEY:-none}}"; {ASK.format("pulls")}', env=token))
    caller = HEAD + "".join(
        f"  {name}:\n    uses: $/.github/workflows/called.yml\n    permissions: {granted}\n{passed}"
        for name, granted, passed in (
            ("may", "{pull-requests: read}", "    secrets: {GIVEN: '${{ github.actor }}'}\n"),
            ("may-not", "{contents: write}", ""),
        )
    )
    run = machine.push(called=called, test=caller)

    assert outputs(run, "may / one") == ["given:alice key:none", "200 "]
    assert outputs(run, "may-not / one") == ["given: key:none", "403 "]


def test_what_github_would_not_start_does_not_start(machine: Any) -> None:
    called = HEAD.replace("on: [push, pull_request]", "on: workflow_call")
    called += job("one", run_step("echo ran"), permissions="{id-token: write}")
    caller = HEAD + "  train:\n    uses: $/.github/workflows/called.yml\n"
    run = machine.push(called=called, test=caller)

    assert (run.result, run.jobs) == ("failure", ())
    assert run.problem.startswith("The workflow is not valid. .github/workflows/test.yml (Line: ")
    assert run.problem.endswith(
        "The nested job 'one' is requesting 'id-token: write', but is only allowed 'id-token: none'."
    )
    assert run.problem in (run.folder / "log.txt").read_text()


def test_the_forge_is_where_the_api_is(machine: Any) -> None:
    address = '"${GITHUB_API_URL}/repos/${GITHUB_REPOSITORY}/pulls"'
    ask = f'curl -s -o /dev/null -w "%{{http_code}}" -H "Authorization: Bearer ${{T}}" {address}'
    given = "{T: '${{ github.token }}'}"
    run = machine.push(
        test=HEAD
        + job("one", run_step(ask, env=given), permissions="{pull-requests: read}")
        + job("two", run_step(ask, env=given), permissions="{contents: write}")
        + job("three", run_step(ask, env="{T: '${{ secrets.GITHUB_TOKEN }}'}"))
    )

    assert [outputs(run, name) for name in ("one", "two", "three")] == [["200"], ["403"], ["403"]]
    assert machine.stage.hub.tokens == {}  # they end with the run


@pytest.mark.parametrize(
    ("ignored", "sent"),
    [((), signal.SIGINT), ((), signal.SIGHUP), ((signal.SIGINT, signal.SIGQUIT, signal.SIGHUP), signal.SIGTERM)],
    ids=["interrupted", "hung up", "terminated in the background"],
)
def test_nothing_outlives_us(
    ignored: tuple[signal.Signals, ...], sent: signal.Signals, machine: Any, tmp_path: Path
) -> None:
    mark = f"3{os.getpid()}.5"
    machine.stage.commit("main", ".github/workflows/test.yml", HEAD + job("one", run_step(f"sleep {mark}")))
    code = f"""
import signal
from pathlib import Path
for number in {[*map(int, ignored)]}:
    signal.signal(number, signal.SIG_IGN)
from mlops_spec.rehearse import process
from mlops_spec.rehearse.act import Runner
from mlops_spec.rehearse.events import Event
from mlops_spec.rehearse.hub import Hub
from mlops_spec.rehearse.hub.origin import Origin
folder = Path({str(tmp_path)!r})
places = [folder / name for name in ("runs", "home", "environments")]
hub = Hub("acme/churn", Origin(folder / "acme/churn.git"), (), folder.as_uri())
runner = Runner(hub, "http://127.0.0.1:1", *places)
event = Event("push", {{"ref": "refs/heads/main"}}, "main", "main", "alice")
with process.orderly_end():
    runner.run("test.yml", event, 1, print)
"""
    with subprocess.Popen(
        [sys.executable, "-u", "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as run:
        assert run.stdout is not None
        while "Run Main" not in (line := run.stdout.readline()):
            assert line, "it ended early"
        deadline = time.monotonic() + 20
        while not running(f"sleep {mark}") and time.monotonic() < deadline:
            time.sleep(0.05)
        run.send_signal(sent)
        try:
            run.communicate(timeout=20)
        finally:
            run.kill()

    deadline = time.monotonic() + 5
    while (left := running(f"sleep {mark}")) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == []


def running(command: str) -> list[str]:
    listed = subprocess.run(
        ["ps", "-ww", "-eo", "args"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return [line for line in listed if line == command]
