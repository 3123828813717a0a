"""A job that may write starts for the repository's own branches alone.

GitHub gives a fork's run a token that reads, unless the repository was set otherwise or is private. The condition
holds whatever is set, and shows the fork's author a skipped job instead of a failed one.

Bad:

    on: {pull_request: {branches: [main]}}
    jobs:
      comment:
        steps:
          - run: uv run --no-sync mlops-spec comment --pull-request "${NUMBER}" --plan received/plan.json

Good:

    on: {pull_request: {branches: [main]}}
    jobs:
      comment:
        if: ${{ github.event.pull_request.head.repo.full_name == github.repository }}
        steps:
          - run: uv run --no-sync mlops-spec comment --pull-request "${NUMBER}" --plan received/plan.json

Fix: add `github.event.pull_request.head.repo.full_name == github.repository` to the job's condition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.expression import keeps_forks_out
from mlops_spec.platforms.github.workflow.flow import events, holds, pull_request_jobs
from mlops_spec.platforms.github.workflow.harmless import does_no_harm
from mlops_spec.platforms.github.workflow.permissions import writable
from mlops_spec.platforms.github.workflow.release import PULL_REQUEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Workflow

CODE = "MS521"
NAME = "unguarded-fork"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in pull_request_jobs(delivery, workflow):
        if events(delivery, workflow) & PULL_REQUEST == {"pull_request_target"} and does_no_harm(workflow, job):
            continue  # forks are whom it is for
        if writable(workflow, job) and not job.calls and not holds(workflow, job, keeps_forks_out):
            place = (*job.address, "if") if job.condition else job.address
            hint = "add `github.event.pull_request.head.repo.full_name == github.repository` to its condition"
            yield Finding(place, "a job that may write starts for pull requests of forks too", hint, at_key=True)
