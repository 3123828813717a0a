"""What leaves a job for others: what it releases, copies to a store, or hands on to a job that releases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.roles import job_releases, releases

if TYPE_CHECKING:
    from mlops_spec.platforms.github.workflow.dataflow import Use
    from mlops_spec.platforms.github.workflow.jobs import Job, Workflow


def ships(workflow: Workflow, job: Job, use: Use) -> bool:
    """Whether what a command, or an upload, reads goes to where it is served from."""
    if use.command is None:
        behind = [each for each in workflow.jobs.values() if job.name in each.needs]
        return bool(use.reads) and any(job_releases(each) for each in behind)
    return bool(use.stores) or releases(use.command)


def leads_to_release(workflow: Workflow, job: Job) -> bool:
    """Whether a job releases, or one does that waits for it."""
    waiting = [job.name]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        if name in workflow.jobs and job_releases(workflow.jobs[name]):
            return True
        waiting += [each.name for each in workflow.jobs.values() if name in each.needs and each.name not in seen]
    return False
