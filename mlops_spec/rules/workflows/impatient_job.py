"""A deploying job has more time than it waits for its outcome.

A job that GitHub stops while the canary runs reports a failure of what may still succeed, and its intent is closed as
abandoned.

Bad:

    jobs:
      deploy:
        needs: plan
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync mlops-spec promote ask production --version 1.4.0 --digest "${DIGEST}" --wait 20m

Good:

    jobs:
      deploy:
        needs: plan
        timeout-minutes: 35
        steps:
          - run: uv run --no-sync mlops-spec promote ask production --version 1.4.0 --digest "${DIGEST}" --wait 20m

Fix: give the job at least five minutes more than `--wait`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.environment import said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS545"
NAME = "impatient-job"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    for job, step, command in workflow.commands("promote ask"):
        waits = _minutes(said(workflow, job, step, command.option("--wait") or ""))
        limit = job.data.get("timeout-minutes")
        if isinstance(limit, int) and limit < waits + 5:
            message = f"this job waits {waits:g} minutes for the outcome and is stopped after {limit}"
            yield Finding((*job.address, "timeout-minutes"), message, f"write at least {int(waits) + 5}")


def _minutes(written: str) -> float:
    match = re.fullmatch(r"([0-9]{1,9})([smhd])", written)
    return int(match[1]) * {"s": 1 / 60, "m": 1, "h": 60, "d": 1440}[match[2]] if match else 0
