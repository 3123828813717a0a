"""A check that the merge queue waits for runs in the queue.

With `governance.merge_queue` GitHub merges a pull request once its checks have passed on a branch of the queue. It
starts them there by `merge_group` alone: a check that knows only `pull_request` never answers, and nothing merges.

Bad:

    on: {pull_request: {branches: [main]}}
    jobs:
      check:
        name: Lint and plan
        steps:
          - run: uv run --no-sync mlops-spec lint --format github
          - run: uv run --no-sync mlops-spec render --check

Good:

    on: {pull_request: {branches: [main]}, merge_group: {types: [checks_requested]}}
    jobs:
      check:
        name: Lint and plan
        steps:
          - run: uv run --no-sync mlops-spec lint --format github
          - run: uv run --no-sync mlops-spec render --check

Fix: start the workflow by `merge_group` as well. What it reads of `github.event.pull_request` is empty there; the base
is `github.event.merge_group.base_sha`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.layout import CHECKS
from mlops_spec.rule import Finding
from mlops_spec.workflow.shape import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Severity
    from mlops_spec.workflow import Delivery, Workflow

CODE = "MS556"
NAME = "unqueued-check"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    if not delivery.spec or not delivery.spec.governance.merge_queue:
        return
    if "pull_request" not in workflow.triggers or "merge_group" in workflow.triggers:
        return
    waiting = [name for job in workflow.jobs.values() if (name := text(job.data.get("name"))) in CHECKS]
    if waiting:
        message = f"the merge queue waits for `{waiting[0]}`, which it never starts"
        yield Finding(workflow.trigger_address("pull_request"), message, "add `merge_group`", at_key=True)
