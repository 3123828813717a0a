"""A workflow may do nothing by default.

What a job does not say about its permissions, the workflow says, and what that does not say is a setting of the
repository, which may be that all jobs may write. `permissions: {}` makes each job say what it needs.

Bad:

    permissions: {contents: write}
    jobs:
      train:
        permissions: {contents: read}
        steps:
          - run: uv run --no-sync mlops-spec run

Good:

    permissions: {}
    jobs:
      train:
        permissions: {contents: read}
        steps:
          - run: uv run --no-sync mlops-spec run

Fix: write `permissions: {}` at the top, and each job's own in the job; where all jobs have theirs,
`mlops-spec lint --fix` writes the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Change, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS534"
NAME = "wide-default"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    hint = "write `permissions: {}`, and each job's own in the job"
    told = all("permissions" in job.data for job in workflow.jobs.values())  # else a job would lose what it needs
    fix = (Change(("permissions",), "{}", before="jobs"),) if told else ()
    if "permissions" not in workflow.data and workflow.jobs:
        yield Finding(("jobs",), "what a job may do is a setting of the repository", hint, at_key=True, fix=fix)
    elif workflow.data.get("permissions", {}) != {} and not _only_reads(workflow) and not _grants_only_job(workflow):
        yield Finding(("permissions",), "every job of this workflow may do this", hint, at_key=True, fix=fix)


def _only_reads(workflow: Workflow) -> bool:
    """Whether a workflow that somebody wrote lets each job read the repository, as every checkout must."""
    return workflow.data["permissions"] == {"contents": "read"} and not workflow.generated


def _grants_only_job(workflow: Workflow) -> bool:
    alone = len(workflow.jobs) == 1 and all("permissions" not in job.data for job in workflow.jobs.values())
    return alone and isinstance(workflow.data["permissions"], dict) and not workflow.generated
