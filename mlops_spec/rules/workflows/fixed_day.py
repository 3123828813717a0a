"""A schedule works on the day on which it runs.

A run that a schedule has started has no inputs. What stands behind `||` then holds each night: the same day is scored
for ever, and nobody sees it, as each run succeeds.

Bad:

    on: {schedule: [{cron: "20 3 * * *"}], workflow_dispatch: {inputs: {day: {type: string}}}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.tell --day "${DAY}"
            env: {DAY: "${{ inputs.day || '2026-03-01' }}"}

Good:

    on: {schedule: [{cron: "20 3 * * *"}], workflow_dispatch: {inputs: {day: {type: string}}}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.tell --day "${DAY:-$(date -u +%F)}"
            env: {DAY: "${{ inputs.day }}"}

Fix: let the script take the day of the run where none is given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.expression import expressions
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS678"
NAME = "fixed-day"
SEVERITY: Severity = "error"

_FIXED = regex(r"\binputs\.[\w-]+\s*\|\|\s*'\d{4}-\d\d(-\d\d)?'")


def check(workflow: Workflow) -> Iterator[Finding]:
    for address, value in workflow.document.texts() if "schedule" in workflow.triggers else ():
        for expression in expressions(value) if address[:1] in (("jobs",), ("env",)) else ():
            if found := _FIXED.search(expression):
                message = "a schedule gives no inputs, so each of its runs works on this one day"
                yield Finding(address, message, "let the script take the day of the run", piece=found[0])
