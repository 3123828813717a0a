"""What is deployed was registered in the same run, or its promotion was verified.

`promote plan` reads the ledger, the evidence and the approvals, and says which version and digest may go on. Without
it anything that a file names would go live.

Bad:

    jobs:
      deploy:
        steps:
          - run: uv run --no-sync mlops-spec promote ask production --version 1.4.0 --digest "${DIGEST}"

Good:

    jobs:
      deploy:
        needs: plan
        steps:
          - run: uv run --no-sync mlops-spec promote ask production --version 1.4.0 --digest "${DIGEST}"

Fix: let the job need one that runs `promote plan`, or `register` where it deploys what was just merged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.flow import commands_before
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Workflow

CODE = "MS506"
NAME = "unplanned-deployment"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job, step, command in workflow.commands("promote ask"):
        earlier = {each.verb for each in commands_before(delivery, workflow, job, step, command)}
        if not earlier & {"promote plan", "register"}:
            hint = "let it need a job that runs `promote plan`, or `register` for what was just merged"
            yield at_command(step, command, "this deploys what nobody has verified", hint)
