"""A release waits for the gate.

Jobs run at the same time unless one needs the other. A gate that the release does not need says no when the model is
live already.

Bad:

    jobs:
      gate:
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.gate --min-roc-auc 0.76
      deploy:
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.deploy --model build/model

Good:

    jobs:
      gate:
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.gate --min-roc-auc 0.76
      deploy:
        needs: gate
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.deploy --model build/model

Fix: name the gate's job in the `needs` of the job that releases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.diagnostic import listed
from mlops_spec.rule import Finding
from mlops_spec.workflow.flow import jobs_before
from mlops_spec.workflow.roles import job_judges, job_releases
from mlops_spec.workflow.shape import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Severity
    from mlops_spec.workflow import Delivery, Job, Workflow

CODE = "MS567"
NAME = "unneeded-gate"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    gates = [job for job in workflow.jobs.values() if job_judges(job) and not _is_optional(job)]
    for job in workflow.jobs.values():
        if not job_releases(job) or job in gates:
            continue
        before = [each for _, each in jobs_before(delivery, workflow, job)]
        missed = [gate.name for gate in gates if gate not in before and not _behind(delivery, workflow, gate, job)]
        if missed:
            place = (*job.address, "needs") if job.needs else job.address
            message = f"this releases without waiting for {listed(missed)}"
            yield Finding(place, message, "name it in `needs`", at_key=True)


def _is_optional(job: Job) -> bool:
    return bool(job.condition) or text(job.data.get("continue-on-error")) not in ("", "false")


def _behind(delivery: Delivery, workflow: Workflow, gate: Job, job: Job) -> bool:
    """Whether a check comes behind the release, as that of a canary does."""
    return any(each is job for _, each in jobs_before(delivery, workflow, gate))
