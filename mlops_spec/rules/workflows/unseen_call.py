"""What a release waits for can be read here.

A workflow of another repository may gate, or not; this linter sees none of its steps, and neither does who reviews a
change of this repository.

Bad:

    jobs:
      shared:
        uses: acme/workflows/.github/workflows/train.yml@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        permissions: {contents: read}
      register:
        needs: [train, shared]
        runs-on: ubuntu-24.04
        timeout-minutes: 15
        permissions: {contents: write}
        steps:
          - run: uv run --no-sync mlops-spec register --bundle dist --digest "${DIGEST}"

Good:

    jobs:
      register:
        needs: train
        permissions: {contents: write}
        steps:
          - run: uv run --no-sync mlops-spec register --bundle dist --digest "${DIGEST}"

Fix: keep what trains and gates in this repository; where that can't be, ignore the rule and say who reads the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.flow import jobs_before
from mlops_spec.platforms.github.workflow.read import called_path
from mlops_spec.platforms.github.workflow.release import RELEASING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Workflow

CODE = "MS547"
NAME = "unseen-call"
SEVERITY: Severity = "warning"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    needed = {
        id(earlier)
        for job, _, _ in workflow.commands(*RELEASING)
        for _, earlier in jobs_before(delivery, workflow, job)
    }
    for job in workflow.jobs.values():
        if id(job) in needed and job.calls and called_path(job.calls) not in delivery.workflows:
            message = "a release waits for this workflow, and none of its steps can be seen here"
            yield Finding((*job.address, "uses"), message, "keep it in this repository")
