"""A job goes by what is said of it.

Where a job tells by an output for each model whether it has changed, and the job of one model asks for another's, that
one is released when nothing of it has changed, and not when it has.

Bad:

    on: {push: {branches: [main]}}
    jobs:
      changes:
        runs-on: ubuntu-24.04
        outputs: {churn: "${{ steps.diff.outputs.churn }}", fraud: "${{ steps.diff.outputs.fraud }}"}
        timeout-minutes: 15
        steps:
          - id: diff
            run: uv run --no-sync python -m credit.changes
      churn:
        runs-on: ubuntu-24.04
        needs: changes
        if: needs.changes.outputs.churn == 'true'
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.tell
      fraud:
        runs-on: ubuntu-24.04
        needs: changes
        if: needs.changes.outputs.churn == 'true'
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.tell

Good:

    on: {push: {branches: [main]}}
    jobs:
      changes:
        runs-on: ubuntu-24.04
        outputs: {churn: "${{ steps.diff.outputs.churn }}", fraud: "${{ steps.diff.outputs.fraud }}"}
        timeout-minutes: 15
        steps:
          - id: diff
            run: uv run --no-sync python -m credit.changes
      churn:
        runs-on: ubuntu-24.04
        needs: changes
        if: needs.changes.outputs.churn == 'true'
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.tell
      fraud:
        runs-on: ubuntu-24.04
        needs: changes
        if: needs.changes.outputs.fraud == 'true'
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.tell

Fix: ask for the output of the job's own name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.typed import mapping
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS676"
NAME = "foreign-condition"
SEVERITY: Severity = "error"

_ASKED = regex(r"needs\.([\w-]+)\.outputs\.([\w-]+)")


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        asked = _ASKED.findall(job.condition)
        for other in {name for name, _ in asked if name in workflow.jobs}:
            told = {*mapping(workflow.jobs[other].data.get("outputs"))}
            meant = [each for each in told if {each} & {*re.split(r"[-_]", job.name), job.name}]
            named = {output for name, output in asked if name == other}
            if len(meant) == 1 and not named & {*meant} and named <= {*workflow.jobs} | _parts(workflow):
                message = f"this is the job of `{meant[0]}`, and asks for `{min(named)}`"
                yield Finding((*job.address, "if"), message, f"ask for `needs.{other}.outputs.{meant[0]}`")


def _parts(workflow: Workflow) -> set[str]:
    """What the other jobs are named after."""
    return {part for name in workflow.jobs for part in re.split(r"[-_]", name)}
