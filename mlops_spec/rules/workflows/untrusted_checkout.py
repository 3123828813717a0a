"""A job that may write runs no code of a pull request.

Who comments has a token that writes. When it checks out the pull request, its author's `pyproject.toml` decides what
is installed and run with it. The base commit is what main trusts.

Bad:

    on: {pull_request: {branches: [main]}}
    jobs:
      comment:
        if: ${{ github.event.pull_request.head.repo.full_name == github.repository }}
        steps:
          - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
            with: {persist-credentials: false}
          - run: uv run --no-sync mlops-spec comment --pull-request "${NUMBER}" --plan received/plan.json

Good:

    on: {pull_request: {branches: [main]}}
    jobs:
      comment:
        if: ${{ github.event.pull_request.head.repo.full_name == github.repository }}
        steps:
          - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
            with: {persist-credentials: false, ref: "${{ github.event.pull_request.base.sha }}"}
          - run: uv run --no-sync mlops-spec comment --pull-request "${NUMBER}" --plan received/plan.json

Fix: write `ref: ${{ github.event.pull_request.base.sha }}`, or check nothing out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import listed
from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.actor_conditions import after_push
from mlops_spec.platforms.github.workflow.expression import expressions, keeps_forks_out
from mlops_spec.platforms.github.workflow.flow import events, holds, pull_request_jobs
from mlops_spec.platforms.github.workflow.harmless import BASE
from mlops_spec.platforms.github.workflow.permissions import writable
from mlops_spec.platforms.github.workflow.release import PULL_REQUEST
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Workflow

CODE = "MS518"
NAME = "untrusted-checkout"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in pull_request_jobs(delivery, workflow):
        if not workflow.ours and holds(workflow, job, keeps_forks_out):
            continue  # who may push a branch may do what this token does
        started = events(delivery, workflow) & PULL_REQUEST
        for step in job.steps if writable(workflow, job) else ():
            ref = text(step.inputs.get("ref"))
            if not ref and started == {"pull_request_target"}:
                continue  # this is the base's own code
            if step.uses_action("actions/checkout") and expressions(ref) not in BASE:
                place = (*step.address, "with", "ref") if ref else (*step.address, "uses")
                message = f"a job that may write to {listed(writable(workflow, job))} runs the pull request's code"
                yield Finding(place, message, "write `ref: ${{ github.event.pull_request.base.sha }}`")
    for job in workflow.jobs.values() if "workflow_run" in workflow.triggers else ():
        for step in job.steps if writable(workflow, job) and not after_push(job) else ():
            if step.uses_action("actions/checkout") and _OF_RUN.search(text(step.inputs.get("ref"))):
                message = f"a job that may write to {listed(writable(workflow, job))} runs the code of any run's commit"
                hint = "ask in its `if` for `github.event.workflow_run.event == 'push'`"
                yield Finding((*step.address, "with", "ref"), message, hint)


_OF_RUN = regex(r"workflow_run\.(head_sha|head_branch|head_commit)")
