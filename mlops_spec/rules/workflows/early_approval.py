"""A version is approved when it is judged.

What is registered as approved, or under the alias that is served, is rolled out by whoever listens to the registry. A
gate behind that comes too late.

Bad:

    jobs:
      register:
        runs-on: ubuntu-24.04
        timeout-minutes: 30
        steps:
          - run: aws sagemaker create-model-package --cli-input-json file://spec.json --model-approval-status Approved
      evaluate:
        runs-on: ubuntu-24.04
        needs: register
        timeout-minutes: 30
        steps:
          - run: uv run --no-sync python -m credit.gate

Good:

    jobs:
      register:
        runs-on: ubuntu-24.04
        timeout-minutes: 30
        steps:
          - run: >-
              aws sagemaker create-model-package --cli-input-json file://spec.json
              --model-approval-status PendingManualApproval
      evaluate:
        runs-on: ubuntu-24.04
        needs: register
        timeout-minutes: 30
        steps:
          - run: uv run --no-sync python -m credit.gate

Fix: register it as pending, and approve it behind the gate.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.environment import environment
from mlops_spec.platforms.github.workflow.flow import jobs_before
from mlops_spec.platforms.github.workflow.roles import evaluates, judges, judging, plain
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command, in_program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Step, Workflow
    from mlops_spec.platforms.github.workflow.program import Program

CODE = "MS591"
NAME = "early-approval"
SEVERITY: Severity = "error"

_APPROVES = regex(
    r"--(model-)?approval-status[ =]approved\b"
    r"|--(alias|stage|to-stage|tag|status)[ =](champion|production|prod|live|approved)\b"
    r"|\btransition\w*\b.*\bproduction\b|\bset-alias\b.*\b(champion|production|live)\b",
    re.IGNORECASE,
)
_PACKAGE = regex(r"--(model-)?approval-status[ =]approved\b", re.IGNORECASE)
_READS = regex(
    r"\b(list|describe|get|show|search|download|pull|rollback|judge|gate|eval\w*|compare|test|load)\b|-list|list-"
)


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps:
            for command in step.commands:
                if call := _approving_call(workflow, delivery, job, step, command):
                    message = "this approves a version that neither a gate nor a person has looked at"
                    yield in_program(*call, message, "leave it pending, or approve it behind a gate")
                said = plain(command)
                before = _judged_before(workflow, delivery, job, step) or _judges_in(step, command)
                if not _APPROVES.search(said) or _READS.search(said) or before:
                    continue
                if (
                    _PACKAGE.search(said)
                    and "Pending" not in step.run
                    and not environment(job)
                    and _starts_unasked(workflow)
                ):
                    message = "this approves a version that neither a gate nor a person has looked at"
                    yield at_command(step, command, message, "leave it pending, or approve it behind a gate")
                elif _judges_in(step, command, behind=True) or _judged_behind(workflow, delivery, job, step):
                    message = "this approves a version that is judged only afterwards"
                    yield at_command(step, command, message, "register it as pending, and approve it behind the gate")


def _approving_call(
    workflow: Workflow, delivery: Delivery, job: Job, step: Step, command: Command
) -> tuple[Program, ast.expr] | None:
    """What in a program registers a version as approved, where nobody has looked at it before."""
    program = command.program
    if program is None or program.decides or environment(job) or not _starts_unasked(workflow):
        return None
    earlier = job.steps[: job.steps.index(step)]
    before = [each for _, other in jobs_before(delivery, workflow, job) for each in other.steps]
    if any(map(_judges, (*earlier, *before))) or _judges_in(step, command):
        return None
    for node in program.nodes:
        if isinstance(node, ast.keyword) and node.arg in _STATUS and _says_approved(node.value):
            return program, node.value
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in _STATUS and _says_approved(value):
                    return program, value
    return None


_STATUS = frozenset(("approval_status", "model_approval_status", "ModelApprovalStatus"))


def _says_approved(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == "Approved"


def _judges_in(step: Step, command: Command, *, behind: bool = False) -> bool:
    place = step.commands.index(command)
    others = step.commands[place + 1 :] if behind else step.commands[:place]
    return any(judges(each) or evaluates(each) for each in others)


def _starts_unasked(workflow: Workflow) -> bool:
    return bool({"push", "schedule", "workflow_run"} & {*workflow.triggers})


def _judged_before(workflow: Workflow, delivery: Delivery, job: Job, step: Step) -> bool:
    earlier = [each for _, other in jobs_before(delivery, workflow, job) for each in other.steps]
    named = judging(step) and not any(map(judges, step.commands))
    return named or any(map(_judges, (*earlier, *job.steps[: job.steps.index(step)])))


def _judged_behind(workflow: Workflow, delivery: Delivery, job: Job, step: Step) -> bool:
    behind = list(job.steps[job.steps.index(step) + 1 :])
    for other in workflow.jobs.values():
        if any(each is job for _, each in jobs_before(delivery, workflow, other)):
            behind += other.steps
    return any(map(_judges, behind))


def _judges(step: Step) -> bool:
    return judging(step) or any(evaluates(command) for command in step.commands)
