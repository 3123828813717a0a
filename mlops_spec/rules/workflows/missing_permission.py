"""A job's token may do what its commands must do.

A release that trains for an hour and then may not push its tag fails late. Where a job says `permissions`, what it
does not name is none.

Bad:

    jobs:
      register:
        needs: train
        permissions: {contents: read}
        steps:
          - run: uv run --no-sync mlops-spec register --bundle dist --digest "${DIGEST}"

Good:

    jobs:
      register:
        needs: train
        permissions: {contents: write}
        steps:
          - run: uv run --no-sync mlops-spec register --bundle dist --digest "${DIGEST}"

Fix: add the permission that the hint names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.permissions import ATTEST, LEVELS, NEEDED, permissions
from mlops_spec.platforms.github.workflow.release import verifies
from mlops_spec.platforms.github.workflow.sign_in import identities

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Job, Workflow

CODE = "MS533"
NAME = "missing-permission"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        given = permissions(workflow, job)
        for what, needed in _needs(job) if given is not None else ():
            for scope, level in needed.items():
                if LEVELS.index(level) > _rank((given or {}).get(scope, "none")):
                    place = (*job.token, scope) if "permissions" in job.data else job.address
                    message = f"`{what}` fails without `{scope}: {level}`"
                    yield Finding(place, message, f"write `{scope}: {level}`", at_key="permissions" not in job.data)


def _needs(job: Job) -> Iterator[tuple[str, dict[str, str]]]:
    for command in job.commands:
        if command.verb in NEEDED:
            yield command.verb, dict(NEEDED[command.verb])
        elif verifies(command):
            yield "gh attestation verify", {"attestations": "read"}
    for who in sorted(identities(job)):
        yield f"signing in as {who}", {"id-token": "write"}
    if any(step.uses_action("actions/attest") for step in job.steps):
        yield "actions/attest", ATTEST


def _rank(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else 0
