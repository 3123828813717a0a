"""Nothing is released after a run that failed.

`workflow_run` with `completed` starts when the other workflow has ended, however it ended: also where the gate said no,
or somebody cancelled it.

Bad:

    on: {workflow_run: {workflows: [train], types: [completed], branches: [main]}}
    jobs:
      deploy:
        if: ${{ github.event.workflow_run.event == 'push' }}
        environment: production
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.deploy --model dist
    # .github/workflows/train.yml
    name: train
    on: push

Good:

    on: {workflow_run: {workflows: [train], types: [completed], branches: [main]}}
    jobs:
      deploy:
        if: ${{ github.event.workflow_run.conclusion == 'success' && github.event.workflow_run.event == 'push' }}
        environment: production
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.deploy --model dist
    # .github/workflows/train.yml
    name: train
    on: push

Fix: add `github.event.workflow_run.conclusion == 'success'` to the `if` of the job that releases, or of one it needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.actor_conditions import after_success, asked_in_script
from mlops_spec.platforms.github.workflow.flow import holds, verbs
from mlops_spec.platforms.github.workflow.release import RELEASING
from mlops_spec.platforms.github.workflow.roles import releasing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Workflow

CODE = "MS599"
NAME = "failed-run"
SEVERITY: Severity = "error"

_ASKED = "workflow_run.conclusion"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    if "workflow_run" not in workflow.triggers:
        return
    told: set[str] = set()
    for job in workflow.jobs.values():
        if (
            not told & {*job.needs}
            and _releases_unasked(workflow, delivery, job)
            and not holds(workflow, job, after_success)
            and not asked_in_script(workflow, job, "conclusion")
        ):
            told.add(job.name)
            message = "this also releases after a run of the other workflow that failed"
            hint = f"ask in its `if` for `github.event.{_ASKED} == 'success'`"
            place = (*job.address, "if") if job.condition else job.address
            yield Finding(place, message, hint, at_key=not job.condition)


def _releases_unasked(workflow: Workflow, delivery: Delivery, job: Job) -> bool:
    ours = verbs(delivery, workflow, job) & {*RELEASING}
    open_ = [step for step in job.steps if releasing(step) and not after_success(step.condition)]
    asked = any(_ASKED in f"{step.run} {step.data.get('env')}" for step in job.steps)
    return bool(ours or open_) and not asked
