"""A deployment that was asked for is closed, whatever happens.

`promote ask` writes an intent into the ledger. When the job is cancelled or its runner dies, nobody answers it, and
the next promotion waits for it; `promote close`, which always runs, ends it and says so.

Bad:

    jobs:
      deploy:
        needs: plan
        steps:
          - run: uv run --no-sync mlops-spec promote ask production --version 1.4.0 --digest "${DIGEST}"
          - run: uv run --no-sync mlops-spec promote close production

Good:

    jobs:
      deploy:
        needs: plan
        steps:
          - run: uv run --no-sync mlops-spec promote ask production --version 1.4.0 --digest "${DIGEST}"
          - if: ${{ always() }}
            run: uv run --no-sync mlops-spec promote close production

Fix: run `promote close` in a later step, or in a job that needs this one, with `if: ${{ always() }}`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.environment import target
from mlops_spec.platforms.github.workflow.expression import is_always
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.jobs import Job, Step, Workflow

CODE = "MS513"
NAME = "unrecorded-outcome"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    for job, step, command in workflow.commands("promote ask"):
        asked = target(workflow, job, step, command)
        closes = [
            (other, each)
            for other, each, close in workflow.commands("promote close")
            if target(workflow, other, each, close) == asked
        ]
        if not any(_surely_closes(job, step, other, each) for other, each in closes):
            hint = f"run `promote close {asked}` behind it with `if: ${{{{ always() }}}}`"
            yield at_command(step, command, "when this job is stopped, nobody closes what it asked for", hint)


def _surely_closes(job: Job, step: Step, other: Job, close: Step) -> bool:
    if other is job:
        return job.steps.index(close) > job.steps.index(step) and is_always(close.condition)
    return job.name in other.needs and is_always(other.condition) and close.condition in ("", "always()")
