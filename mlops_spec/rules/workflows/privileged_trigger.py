"""No workflow runs with a maintainer's rights on somebody else's event.

`pull_request_target` and `workflow_run` give the run of a fork's pull request this repository's secrets and a token
that writes, `issue_comment` the run of anybody's comment. One step that runs what they sent is enough.

Bad:

    on: {pull_request_target: {branches: [main]}}
    jobs:
      report:
        permissions: {contents: read}
        steps:
          - run: uv run --no-sync mlops-spec plan --base main

Good:

    on: {pull_request: {branches: [main]}}
    jobs:
      report:
        permissions: {contents: read}
        steps:
          - run: uv run --no-sync mlops-spec lint
          - run: uv run --no-sync mlops-spec render --check

Fix: use `pull_request`, or ask in the first job's condition who has written, or whether the run before has succeeded
for a push to `main`; comment from a second job of the same workflow, which runs no code of the pull request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.actor_conditions import open_to

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Workflow

CODE = "MS531"
NAME = "privileged-trigger"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for event in workflow.triggers:
        why = open_to(workflow, event, delivery.main) if event in _PRIVILEGED else ""
        if why:
            message = f"`{event}` runs on what strangers send, with this repository's rights: {why}"
            yield Finding(workflow.trigger_address(event), message, "use `pull_request`", at_key=True)


_PRIVILEGED = ("pull_request_target", "workflow_run", "issue_comment", "discussion_comment")
