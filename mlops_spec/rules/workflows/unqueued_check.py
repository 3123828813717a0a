"""A check that the merge queue waits for runs in the queue.

With `governance.merge_queue` GitHub merges a pull request once its checks have passed on a branch of the queue. It
starts them there by `merge_group` alone: a check that knows only `pull_request` never answers, and nothing merges. A
workflow for pull requests into other branches has no part in this.

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

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.checks import CHECKS
from mlops_spec.platforms.github.workflow.filters import reaches
from mlops_spec.platforms.github.workflow.typed import mapping, names, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Workflow

CODE = "MS556"
NAME = "unqueued-check"
SEVERITY: Severity = "error"

_PULL_REQUEST, _QUEUE = "pull_request", "merge_group"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    if not delivery.spec or not delivery.spec.governance.merge_queue:
        return
    if not _starts_for(workflow, _PULL_REQUEST, delivery.main):
        return
    queued = [each for each in delivery.workflows.values() if _starts_for(each, _QUEUE, delivery.main)]
    answered = {name for each in queued for name in _required_checks(each)}
    waiting = [name for name in _required_checks(workflow) if name not in answered]
    if waiting:
        message = f"the merge queue waits for `{waiting[0]}`, which it never starts"
        yield Finding(workflow.trigger_address(_PULL_REQUEST), message, f"add `{_QUEUE}`", at_key=True)


def _starts_for(workflow: Workflow, event: str, branch: str) -> bool:
    if event not in workflow.triggers:
        return False
    settings = workflow.triggers[event]
    types = names(mapping(settings).get("types"))
    return reaches(settings, branch) and (event != _QUEUE or not types or "checks_requested" in types)


def _required_checks(workflow: Workflow) -> list[str]:
    return [name for job in workflow.jobs.values() if (name := text(job.data.get("name"))) in CHECKS]
