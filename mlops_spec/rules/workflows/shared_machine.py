"""Pull requests do not run on your own machine.

What the code of a pull request leaves behind on a runner of your own, a process or a changed tool, is there for the
job that releases. Such is every label that is none of GitHub's own, a group without one, and what is known at the run
alone; but for what the plan of several models says, whose specs name one of the repository's `runners`, and for a job
whose condition keeps forks out.

Bad:

    on: {pull_request: {branches: [main]}}
    jobs:
      train:
        runs-on: [self-hosted, gpu]
        steps:
          - run: uv run --no-sync mlops-spec run

Good:

    on: {pull_request: {branches: [main]}}
    jobs:
      train:
        runs-on: ubuntu-24.04
        steps:
          - run: uv run --no-sync mlops-spec run

Fix: take one of GitHub's runners. Where the repository is private, ignore the rule on its line and say so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.expression import keeps_forks_out
from mlops_spec.platforms.github.workflow.flow import holds, pull_request_jobs
from mlops_spec.platforms.github.workflow.runner import is_planned, own_machine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Workflow

CODE = "MS525"
NAME = "shared-machine"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in pull_request_jobs(delivery, workflow):
        if not workflow.ours and holds(workflow, job, keeps_forks_out):
            continue  # who may push a branch may run it there anyway
        if not is_planned(job) and (own := own_machine(job)):
            message = f"the code of a pull request runs on your own machine: {own.why}"
            yield Finding((*job.address, "runs-on"), message, "take one of GitHub's runners", piece=own.piece)
