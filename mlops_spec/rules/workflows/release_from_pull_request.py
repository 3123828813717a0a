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

from typing import TYPE_CHECKING

from mlops_spec.workflow.expression import keeps_pull_requests_out
from mlops_spec.workflow.flow import pull_request_jobs
from mlops_spec.workflow.place import at_command
from mlops_spec.workflow.release import RELEASING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Severity
    from mlops_spec.rule import Finding
    from mlops_spec.workflow import Delivery, Workflow

CODE = "MS541"
NAME = "release-from-pull-request"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    reached = pull_request_jobs(delivery, workflow)
    for job, step, command in workflow.commands(*RELEASING, "promote open", "promote close", "run"):
        releases = command.verb != "run" or command.option("--push") is not None
        if releases and job in reached and not keeps_pull_requests_out(step.condition, delivery.main):
            what = "pushes to the shared remote" if command.verb == "run" else f"runs `{command.verb}`"
            yield at_command(step, command, f"a pull request {what} before it is merged", "remove it")
