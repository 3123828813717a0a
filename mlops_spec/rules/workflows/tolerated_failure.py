"""No step that decides may fail and be passed over.

`continue-on-error` shows a failed gate as a green job. What comes behind it goes on as if the model had passed.

Bad:

    jobs:
      train:
        steps:
          - run: uv run --no-sync mlops-spec gate --out build/gate.json
            continue-on-error: true

Good:

    jobs:
      train:
        steps:
          - run: uv run --no-sync mlops-spec gate --out build/gate.json

Fix: `mlops-spec lint --fix` removes `continue-on-error`; a report that must appear anyway is a step with
`if: ${{ !cancelled() }}`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Change, Finding
from mlops_spec.platforms.github.workflow.jobs import Step
from mlops_spec.platforms.github.workflow.release import decides
from mlops_spec.platforms.github.workflow.roles import answered, changes_or_judges, looked_at, tests, watches
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.rules.workflow_finding import called

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Job, Workflow

CODE = "MS508"
NAME = "tolerated-failure"
SEVERITY: Severity = "error"
HARMLESS = ("", "false", "${{ false }}")


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for part in job.parts:
            commands = [
                command for command in part.commands if decides(command) or _is_needed_later(command, part, workflow)
            ]
            if isinstance(part, Step) and (looked_at(job, part) or answered(job, part)):
                continue
            if commands and text(part.data.get("continue-on-error")) not in HARMLESS:
                message = f"{called(commands[0])} may fail, and the run goes on"
                place = (*part.address, "continue-on-error")
                yield Finding(place, message, "remove it", at_key=True, fix=(Change(place, None),))


def _is_needed_later(command: Command, part: Job | Step, workflow: Workflow) -> bool:
    needed = isinstance(part, Step) or any(part.name in job.needs for job in workflow.jobs.values())
    return needed and any(role(command) for role in (changes_or_judges, watches, tests))
