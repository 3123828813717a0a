"""A job's token may do what its commands do, and no more.

Every permission beyond that is there for whoever gets a line of code into the job: a dependency, an action, a pull
request.

Bad:

    jobs:
      train:
        permissions: {contents: write}
        steps:
          - run: uv run --no-sync mlops-spec run
          - run: uv run --no-sync mlops-spec gate --out build/gate.json

Good:

    jobs:
      train:
        permissions: {contents: read}
        steps:
          - run: uv run --no-sync mlops-spec run
          - run: uv run --no-sync mlops-spec gate --out build/gate.json

Fix: remove it, or give it to a job of its own, which runs nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.pins import ACTIONS
from mlops_spec.platforms.github.workflow.environment import environment
from mlops_spec.platforms.github.workflow.flow import events
from mlops_spec.platforms.github.workflow.permissions import ATTEST, LEVELS, TABLE, permissions
from mlops_spec.platforms.github.workflow.read import called_path
from mlops_spec.platforms.github.workflow.release import PULL_REQUEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Workflow

CODE = "MS532"
NAME = "excess-permission"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    untrusted = events(delivery, workflow) & PULL_REQUEST
    for job in workflow.jobs.values():
        table = _called_permissions(delivery, job) if job.calls else _needed_permissions(job)
        if table is None:
            continue
        for scope, level in (permissions(workflow, job) or {}).items():
            right = table.get(scope, "none")
            if scope == "id-token" and (untrusted or (environment(job) and not job.runs("register"))):
                continue  # found by identified-pull-request; or what a cloud asks for in exchange for its keys
            if level in LEVELS and LEVELS.index(level) > LEVELS.index(right):
                message = f"nothing that this job runs needs `{scope}: {level}`"
                hint = "remove it" if right == "none" else f"write `{scope}: {right}`"
                yield Finding((*_place(job), scope), message, hint)


def _place(job: Job) -> Address:
    return job.token if "permissions" in job.data else ("permissions",)


def _needed_permissions(job: Job) -> dict[str, str] | None:
    """The most that a job's steps need; None where it runs none of our commands, or what may need anything."""
    table: dict[str, str] = {}
    for step in job.steps:
        if step.uses_action("actions/attest"):
            table |= ATTEST
        elif step.uses and not step.commands and not step.uses_action(*_NEEDLESS):
            return None
    verbs = [command.verb for command in job.commands if command.verb in TABLE]
    if any(command.starts("gh") and command.words[1:2] != ("attestation",) for command in job.commands):
        return None
    for verb in verbs:
        for scope, level in TABLE[verb].items():
            table[scope] = max(level, table.get(scope, "none"), key=LEVELS.index)
    return table if table else None


def _called_permissions(delivery: Delivery, job: Job) -> dict[str, str] | None:
    called = delivery.workflows.get(called_path(job.calls))
    if not called:
        return None
    table: dict[str, str] = {}
    for each in called.jobs.values():
        for scope, level in (permissions(called, each) or {}).items():
            table[scope] = max(level, table.get(scope, "none"), key=lambda known: (known in LEVELS, known))
    return table


_NEEDLESS = tuple(action.ref.partition("@")[0] for action in ACTIONS.values())
