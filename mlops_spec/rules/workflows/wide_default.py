"""A workflow may do nothing by default.

What a job does not say about its permissions, the workflow says, and what that does not say is a setting of the
repository, which may be that all jobs may write. `permissions: {}` makes each job say what it needs.

Bad:

    permissions: {contents: write}
    jobs:
      train:
        steps:
          - run: uv run --no-sync mlops-spec run

Good:

    permissions: {}
    jobs:
      train:
        steps:
          - run: uv run --no-sync mlops-spec run

Fix: write `permissions: {}` at the top, and each job's own in the job.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.rule import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Severity
    from mlops_spec.workflow import Workflow

CODE = "MS534"
NAME = "wide-default"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    hint = "write `permissions: {}`, and each job's own in the job"
    if "permissions" not in workflow.data:
        yield Finding(("jobs",), "what a job may do is a setting of the repository", hint, at_key=True)
    elif workflow.data["permissions"] != {}:
        yield Finding(("permissions",), "every job of this workflow may do this", hint, at_key=True)
