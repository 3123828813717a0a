"""A step that decides runs in every run.

A skipped step counts as passed. A condition on the gate is a way around it that leaves no trace but a grey line, and
one in its script leaves none.

Bad:

    jobs:
      train:
        steps:
          - if: ${{ vars.SKIP_GATE != 'yes' }}
            run: uv run --no-sync mlops-spec gate --out build/gate.json

Good:

    jobs:
      train:
        steps:
          - run: uv run --no-sync mlops-spec gate --out build/gate.json

Fix: remove the condition. Where a job must not run at all, put it on the job: what needs that is then skipped too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.expression import may_skip
from mlops_spec.platforms.github.workflow.release import RELEASING, decides
from mlops_spec.platforms.github.workflow.roles import judges, judging, looked_at
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command, called

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Job, Step, Workflow

CODE = "MS509"
NAME = "skippable-check"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps:
            deciding = [each for each in step.commands if decides(each) and each.verb not in RELEASING]
            if deciding and may_skip(step.condition) and not looked_at(job, step):
                message = f"{called(deciding[0])} is skipped where this does not hold, and counts as passed"
                yield Finding((*step.address, "if"), message, "remove it, or put it on the job")
            elif not deciding and _may_be_disabled(job, step):
                message = "this gate is skipped where this does not hold, and counts as passed"
                yield Finding((*step.address, "if"), message, "remove it, or put it on the job")
            for command in step.commands:
                if command.skipped and (command in deciding or _is_gate_passed_over(command)):
                    message = f"the step passes without {called(command)}: {command.skipped}"
                    yield at_command(step, command, message, "let it run whatever the script finds")


def _is_gate_passed_over(command: Command) -> bool:
    why = re.search(r"`exit 0`|runs only where `(\[+|test) |for each of `\$[\w{]", command.skipped)
    return not command.verb and judges(command) and bool(why)


#: What people set, rather than what a run is.
_SWITCH = regex(
    r"\blabels?\b|\b(vars|env)\.|commit\.message|\.title\b|\.body\b|github\.actor"
    r"|inputs\.[\w-]*(skip|force|gate|check|eval|test|urgent|hotfix|bypass|valid|fast)",
    re.IGNORECASE,
)


def _may_be_disabled(job: Job, step: Step) -> bool:
    if not judging(step) or not _SWITCH.search(step.condition) or looked_at(job, step):
        return False
    return not any(judging(each) and not each.condition for each in job.steps)
