"""A pull request releases nothing.

Its code has not been reviewed. Data pushed to the shared remote, a version, or a deployment from it are as if it had
been merged.

Bad:

    on: {pull_request: {branches: [main]}}
    jobs:
      train:
        steps:
          - run: uv run --no-sync mlops-spec run --push

Good:

    on: {pull_request: {branches: [main]}}
    jobs:
      train:
        steps:
          - run: uv run --no-sync mlops-spec run

Fix: remove it; the merge trains again, from what was reviewed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.environment import environment
from mlops_spec.platforms.github.workflow.expression import keeps_pull_requests_out
from mlops_spec.platforms.github.workflow.flow import pull_request_jobs
from mlops_spec.platforms.github.workflow.release import RELEASING
from mlops_spec.platforms.github.workflow.roles import plain, releases
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Step, Workflow

CODE = "MS541"
NAME = "release-from-pull-request"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    reached = pull_request_jobs(delivery, workflow)
    for job, step, command in workflow.commands(*RELEASING, "promote open", "promote close", "run"):
        changes = command.verb != "run" or command.option("--push") is not None
        if changes and job in reached and not keeps_pull_requests_out(step.condition, delivery.main):
            what = "pushes to the shared remote" if command.verb == "run" else f"runs `{command.verb}`"
            yield at_command(step, command, f"a pull request {what} before it is merged", "remove it")
    for job in reached:
        for step in job.steps if not _PREVIEW.search(f"{job.name} {job.data.get('name')} {environment(job)}") else ():
            for command in step.commands:
                if not command.verb and not _PREVIEW.search(plain(command)) and _SHARED.search(plain(command)):
                    yield at_command(step, command, "a pull request changes what production reads", "remove it")
                elif not command.verb and _releases_unmerged(command, delivery.main, step, workflow, job):
                    yield at_command(step, command, "a pull request releases this before it is merged", "remove it")


_PREVIEW = regex(r"preview|review|staging|\bdev|sandbox|test|\bpr\b|dry", re.IGNORECASE)
#: What changes the features that all read who are served, whatever else it is called.
_SHARED = regex(
    r"^(python[\d.]* -m )?feast\b.*\b(apply|materialize\S*|push|delete)\b"
    r"|^dbt( -\S+)* (run|build|seed|snapshot)\b.*(--target[ =]|-t )prod"
)
_MERGED = regex(r"pull_request\.merged")


def _releases_unmerged(command: Command, main: str, step: Step, workflow: Workflow, job: Job) -> bool:
    guarded = keeps_pull_requests_out(step.condition, main) or _MERGED.search(f"{step.condition} {job.condition}")
    dry = any("dry-run" in word or _PREVIEW.search(word) for word in command.words)
    built = command.words[:2] == ("docker", "push")
    return releases(command) and not guarded and not dry and not built and set(workflow.triggers) != {"workflow_call"}
