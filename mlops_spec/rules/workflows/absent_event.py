"""A run asks its event for what that event has.

`github.event.pull_request` is there where a pull request started the run, `github.event.release` where a release did.
In a run of another event it is empty, and no error: a version is called `pr-`, a folder `//`, and each run overwrites
what the one before has put there.

Bad:

    on: {workflow_dispatch: {}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        environment: production
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.deploy --version "pr-${NUMBER}"
            env: {NUMBER: "${{ github.event.pull_request.number }}"}

Good:

    on: {workflow_dispatch: {}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        environment: production
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.deploy --version "${GITHUB_SHA}"

Fix: take what every event has, such as `github.sha`, or say behind `||` what holds without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.expression import expressions
from mlops_spec.platforms.github.workflow.references import contexts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS672"
NAME = "absent-event"
SEVERITY: Severity = "error"

#: What of `github.event` is there for which events alone.
_OF = {
    "pull_request": ("pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment"),
    "release": ("release",),
    "workflow_run": ("workflow_run",),
    "issue": ("issues", "issue_comment"),
    "client_payload": ("repository_dispatch",),
    "deployment": ("deployment", "deployment_status"),
    "head_commit": ("push", "workflow_run"),
}


def check(workflow: Workflow) -> Iterator[Finding]:
    triggers = {*workflow.triggers}
    if "workflow_call" in triggers:  # whose event is the caller's
        return
    for address, value in workflow.document.texts():
        for expression in expressions(value) if _matters(address) else ():
            for found in () if "||" in expression or "&&" in expression else contexts(expression):
                of_event = found.name == "github" and len(found.path) > 2 and found.path[0] == "event"
                asked = found.path[1] if of_event else ""
                if asked in _OF and triggers and triggers.isdisjoint(_OF[asked]):
                    message = f"no `{asked}` starts this workflow, so this is always empty"
                    hint = "take what every event has, such as `github.sha`"
                    yield Finding(address, message, hint, piece=".".join((found.name, *found.path)))


def _matters(address: Address) -> bool:
    """Not in a condition, nor as what is checked out: an empty `ref` is the commit of the run."""
    return address[:1] == ("jobs",) and address[-1:] != ("if",) and address[-2:] != ("with", "ref")
