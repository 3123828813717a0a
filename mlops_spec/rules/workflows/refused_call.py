"""A call grants what the called workflow's jobs ask for.

A called job can have no permission that its caller does not grant. GitHub then starts none of the workflow: "The nested
job is requesting 'id-token: write', but is only allowed 'id-token: none'".

Bad:

    jobs:
      train:
        uses: $/.github/workflows/called.yml
        permissions: {contents: read}
    # .github/workflows/called.yml
    on: {workflow_call: {}}
    permissions: {}
    defaults: {run: {shell: bash}}
    jobs:
      record:
        runs-on: ubuntu-24.04
        timeout-minutes: 15
        permissions: {contents: write}
        steps:
          - run: uv run --no-sync mlops-spec record --bundle judged --digest "${DIGEST}"

Good:

    jobs:
      train:
        uses: $/.github/workflows/called.yml
        permissions: {contents: write}
    # .github/workflows/called.yml
    on: {workflow_call: {}}
    permissions: {}
    defaults: {run: {shell: bash}}
    jobs:
      record:
        runs-on: ubuntu-24.04
        timeout-minutes: 15
        permissions: {contents: write}
        steps:
          - run: uv run --no-sync mlops-spec record --bundle judged --digest "${DIGEST}"

Fix: grant it in the `permissions` of the job that calls, or ask for less in the called workflow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.permissions import LEVELS, permissions
from mlops_spec.platforms.github.workflow.read import called_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Workflow

CODE = "MS554"
NAME = "refused-call"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        called = delivery.workflows.get(called_path(job.calls))
        granted = permissions(workflow, job)
        if called is None or granted is None:
            continue  # GitHub's default for the repository holds, which no file says
        place = job.token if "permissions" in job.data else (*job.address, "uses")
        for scope, (level, asking) in _requested_permissions(called).items():
            if _rank(level) > _rank(granted.get(scope, "none")):
                message = f"`{asking.name}` of {called.path} asks for `{scope}: {level}`: GitHub refuses the whole run"
                at = (*place, scope) if scope in granted and "permissions" in job.data else place
                yield Finding(at, message, f"grant `{scope}: {level}`", at_key=True)


def _requested_permissions(called: Workflow) -> dict[str, tuple[str, Job]]:
    found: dict[str, tuple[str, Job]] = {}
    for job in called.jobs.values():
        for scope, level in (permissions(called, job) or {}).items():
            if scope not in found or _rank(level) > _rank(found[scope][0]):
                found[scope] = level, job
    return found


def _rank(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else 0
