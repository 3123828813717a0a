"""A job ends.

Without a limit a job that hangs runs for six hours, holds the queue of its group, and every release behind it.

Bad:

    jobs:
      train:
        runs-on: ubuntu-24.04
        # timeout-minutes: 60
        steps:
          - run: uv run --no-sync mlops-spec run

Good:

    jobs:
      train:
        runs-on: ubuntu-24.04
        timeout-minutes: 60
        steps:
          - run: uv run --no-sync mlops-spec run

Fix: add `timeout-minutes`, of at most 360.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.runner import own_machine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS523"
NAME = "endless-job"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        limit = job.data.get("timeout-minutes")
        if limit is None and not job.calls:
            yield Finding(job.address, "this job may hang for six hours", "add `timeout-minutes`", at_key=True)
        elif isinstance(limit, int) and limit > (most := _MOST_ON_YOURS if own_machine(job) else _MOST):
            message = f"GitHub stops a job after {most} minutes, and this one is given {limit}"
            yield Finding((*job.address, "timeout-minutes"), message, f"write at most {most}")


_MOST, _MOST_ON_YOURS = 360, 5 * 24 * 60  # minutes, https://docs.github.com/actions/reference/limits
