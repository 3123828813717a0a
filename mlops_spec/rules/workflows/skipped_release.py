"""A commit that brings another model is looked at.

`[skip ci]` in its message keeps every workflow from starting that a push starts. Where that push is what judges and
releases, the new lock, weights or parameters lie on main and nobody has looked at them; the next commit brings them
along.

Bad:

    on: {schedule: [{cron: "20 3 * * 1"}]}
    concurrency: {group: retrain, cancel-in-progress: false}
    jobs:
      retrain:
        timeout-minutes: 60
        steps:
          - run: |
              dvc repro
              git commit --message "Retrain [skip ci]" dvc.lock
    # .github/workflows/deliver.yml
    on: {push: {branches: [main]}}
    permissions: {}
    concurrency: {group: release, cancel-in-progress: false}
    jobs:
      release:
        runs-on: ubuntu-24.04
        timeout-minutes: 60
        environment: production
        permissions: {contents: read}
        steps:
          - run: uv run --no-sync python -m credit.gate --min-auc 0.8
          - run: uv run --no-sync python -m credit.deploy

Good:

    on: {schedule: [{cron: "20 3 * * 1"}]}
    concurrency: {group: retrain, cancel-in-progress: false}
    jobs:
      retrain:
        timeout-minutes: 60
        steps:
          - run: |
              dvc repro
              git commit --message "Retrain" dvc.lock
    # .github/workflows/deliver.yml
    on: {push: {branches: [main]}}
    permissions: {}
    concurrency: {group: release, cancel-in-progress: false}
    jobs:
      release:
        runs-on: ubuntu-24.04
        timeout-minutes: 60
        environment: production
        permissions: {contents: read}
        steps:
          - run: uv run --no-sync python -m credit.gate --min-auc 0.8
          - run: uv run --no-sync python -m credit.deploy

Fix: leave `[skip ci]` out, and better open a pull request.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.flow import events, jobs_before
from mlops_spec.platforms.github.workflow.roles import job_judges, job_releases, judges, trains
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Step, Workflow

CODE = "MS687"
NAME = "skipped-release"
SEVERITY: Severity = "error"

#: https://docs.github.com/actions/how-tos/manage-workflow-runs/skip-workflow-runs
_SKIPS = regex(r"\[(skip ci|ci skip|no ci|skip actions|actions skip)\]|^\s*skip-checks:\s*true", re.MULTILINE)
_OF_MODEL = regex(
    r"dvc\.lock|\.dvc\b|(^|[\s/\"'])(models?|weights|checkpoints?|params|artifacts?|lockfile|model\.yaml)([\s/.\"']|$)"
    r"|\.(joblib|pkl|onnx|pt|pth|h5|keras|safetensors|skops|ckpt)\b"
)
_ALL = regex(r"(^| )(-A|--all|\.|-u|-a|-am|\*)( |$)")
_COMMITTERS = {
    "stefanzweifel/git-auto-commit-action": ("commit_message", "file_pattern"),
    "endbug/add-and-commit": ("message", "add"),
    "ad-m/github-push-action": ("", ""),
    "planetscale/ghcommit-action": ("commit_message", "file_pattern"),
}


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    if not any(_looks_at_pushes(delivery, other) for other in delivery.workflows.values()):
        return
    for job in workflow.jobs.values():
        if not any(job_judges(each) for _, each in jobs_before(delivery, workflow, job)):
            yield from _of(job)


def _of(job: Job) -> Iterator[Finding]:
    learned = any(trains(command) for command in job.commands)
    added = ""
    for step in job.steps:
        for command in step.commands:
            if judges(command):
                return
            said = " ".join(command.words)
            if command.starts("git", "add") or command.starts("git", "commit") or command.starts("dvc", "commit"):
                added += f" {said}"
            if _commits_silently(command, step) and _brings_model(added, learned=learned):
                message = "this keeps every workflow from starting that would look at the new model"
                yield at_command(step, command, message, "leave `[skip ci]` out")
        if (given := _COMMITTERS.get(step.uses.partition("@")[0].lower())) and given[0]:
            said, files = (text(step.inputs.get(name)) for name in given)
            if _SKIPS.search(said) and _brings_model(files or ".", learned=learned):
                message = "this keeps every workflow from starting that would look at the new model"
                yield Finding((*step.address, "with", given[0]), message, "leave it out")


def _commits_silently(command: Command, step: Step) -> bool:
    return (
        command.starts("git", "commit") or ("commit" in command.words[:6] and command.words[:1] == ("git",))
    ) and bool(
        _SKIPS.search("\n".join(command.words)) or ({"-F", "--file"} & {*command.words} and _SKIPS.search(step.run))
    )


def _brings_model(added: str, *, learned: bool) -> bool:
    return bool(_OF_MODEL.search(added)) or (learned and bool(_ALL.search(added)))


def _looks_at_pushes(delivery: Delivery, workflow: Workflow) -> bool:
    """Whether a push to a branch starts what judges or releases a model."""
    jobs = workflow.jobs.values()
    return "push" in events(delivery, workflow) and any(job_judges(each) or job_releases(each) for each in jobs)
