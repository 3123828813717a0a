"""A promotion trusts no ledger that was not verified.

`promote plan` reads from the ledger what was registered and what is live. An entry that was changed by hand shows in
`audit verify`, and nowhere else.

Bad:

    on: {push: {branches: [main], paths: [deploy/production.yaml]}}
    jobs:
      plan:
        permissions: {contents: read, pull-requests: read}
        steps:
          - run: uv run --no-sync mlops-spec promote plan production

Good:

    on: {push: {branches: [main], paths: [deploy/production.yaml]}}
    jobs:
      plan:
        permissions: {contents: read, pull-requests: read}
        steps:
          - run: uv run --no-sync mlops-spec audit verify
          - run: uv run --no-sync mlops-spec promote plan production

Fix: run `mlops-spec audit verify` in a step before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.flow import commands_before
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Workflow

CODE = "MS544"
NAME = "unverified-ledger"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job, step, command in workflow.commands("promote plan"):
        if all(earlier.verb != "audit verify" for earlier in commands_before(delivery, workflow, job, step, command)):
            hint = "run `mlops-spec audit verify` in a step before it"
            yield at_command(step, command, "this believes a ledger that nobody has verified", hint)
