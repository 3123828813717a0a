"""A workflow promotes to environments that the spec has.

A name that the spec does not have has no approvals, no rollout and no agent: the job waits for an outcome that nobody
will report.

Bad:

    jobs:
      propose:
        needs: train
        steps:
          - run: uv run --no-sync mlops-spec promote open prodution --version 1.4.0

Good:

    jobs:
      propose:
        needs: train
        steps:
          - run: uv run --no-sync mlops-spec promote open production --version 1.4.0

Fix: write a name of `environments` in model.yaml.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.diagnostic import did_you_mean
from mlops_spec.workflow.place import at_command
from mlops_spec.workflow.where import target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Severity
    from mlops_spec.rule import Finding
    from mlops_spec.workflow import Delivery, Workflow

CODE = "MS548"
NAME = "unknown-target"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    if not delivery.spec:
        return
    known = delivery.spec.environments
    for job, step, command in workflow.commands("promote ask", "promote plan", "promote open", "promote close"):
        asked = target(workflow, job, step, command)
        if asked and asked not in known:
            message = f"no environment is called `{asked}`"
            yield at_command(step, command, message, did_you_mean(asked, known) or "model.yaml has no environments")
