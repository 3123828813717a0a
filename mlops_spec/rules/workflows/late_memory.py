"""What to go back to is read before it is replaced.

Read behind the deployment the version before is the new one, and the rollback puts back what has just failed.

Bad:

    jobs:
      deploy:
        environment: production
        steps:
          - run: uv run --no-sync python -m credit.deploy --version "${GITHUB_SHA}"
          - id: before
            run: echo "version=$(uv run --no-sync python -m credit.show)" >> "${GITHUB_OUTPUT}"
          - if: ${{ failure() }}
            run: uv run --no-sync python -m credit.rollback --version "${BEFORE}"
            env:
              BEFORE: ${{ steps.before.outputs.version }}

Good:

    jobs:
      deploy:
        environment: production
        steps:
          - id: before
            run: echo "version=$(uv run --no-sync python -m credit.show)" >> "${GITHUB_OUTPUT}"
          - run: uv run --no-sync python -m credit.deploy --version "${GITHUB_SHA}"
          - if: ${{ failure() }}
            run: uv run --no-sync python -m credit.rollback --version "${BEFORE}"
            env:
              BEFORE: ${{ steps.before.outputs.version }}

Fix: move the step that reads it before the one that deploys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.roles import releasing
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Job, Step, Workflow

CODE = "MS663"
NAME = "late-memory"
SEVERITY: Severity = "error"

_BEFORE = regex(r"before|previous|prior|\bold\b|last[_ -]good|current|rollback[_ -]to|live")
_BACK = regex(r"roll(ing|ed)?[ _-]?back|revert|restore|put back")
_READS = regex(r"\b(get|describe|show|list|read|cat|curl|fetch|inspect|jq|grep)\b|get-|describe-|-o jsonpath")


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps:
            if _goes_back(step) and (late := _read_behind_release(job, step)) is not None:
                message = "the deployment is behind it, so this is the new version, and not the one to go back to"
                yield Finding((*late.address, "id"), message, "read it before the step that deploys")


def _goes_back(step: Step) -> bool:
    said = f"{step.data.get('name')} {step.data.get('id')} {step.run}".lower()
    return "failure()" in step.condition and bool(_BACK.search(said))


def _read_behind_release(job: Job, back: Step) -> Step | None:
    released = False
    for step in job.steps:
        if step is back:
            return None
        name = text(step.data.get("id"))
        read = f"steps.{name}.outputs." in f"{back.data.get('env')} {back.run} {back.inputs}" if name else False
        if (
            released
            and read
            and "GITHUB_OUTPUT" in step.run
            and _BEFORE.search(f"{name} {step.data.get('name')}".lower())
        ):
            return step if not releasing(step) and _READS.search(step.run) else None
        released = released or releasing(step)
    return None
