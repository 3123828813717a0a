"""The order of jobs and steps: what has surely run before a step, on every path from a trigger."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.expression import keeps_pull_requests_out, may_skip
from mlops_spec.platforms.github.workflow.read import called_path
from mlops_spec.platforms.github.workflow.release import PULL_REQUEST, RELEASING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Step, Workflow

_LEVELS = 10  # of workflows that call workflows, as many as GitHub follows
Place = tuple["Workflow", "Job"]


def steps_before(delivery: Delivery, workflow: Workflow, job: Job, step: Step) -> Iterator[Step]:
    """The steps that run before a step: of its job, of the jobs that this needs, and of those that they call."""
    for each in job.steps:
        if each is step:
            break
        yield each
    for _, earlier in jobs_before(delivery, workflow, job):
        yield from earlier.steps


def commands_before(
    delivery: Delivery, workflow: Workflow, job: Job, step: Step, command: Command
) -> Iterator[Command]:
    """The commands before a command of a step, but for those that may be passed over."""
    before = list(step.commands[: step.commands.index(command)])
    for each in steps_before(delivery, workflow, job, step):
        if not may_skip(each.condition):
            before += each.commands
    yield from (each for each in before if not each.skipped)


def jobs_before(delivery: Delivery, workflow: Workflow, job: Job, levels: int = _LEVELS) -> list[Place]:
    """The jobs without whose success a job does not start, those of called and of all calling workflows included."""
    needed = [workflow.jobs[name] for name in _required_jobs(workflow, job)]
    found = [
        place for each in needed for place in _with_called_jobs(delivery, workflow, each) if _surely_runs(*place, each)
    ]
    if levels and set(workflow.triggers) == {"workflow_call"}:
        above = [jobs_before(delivery, *caller, levels - 1) for caller in callers(delivery, workflow)]
        found += [place for place in (above[0] if above else []) if all(place in each for each in above)]
    return found


def callers(delivery: Delivery, workflow: Workflow) -> Sequence[Place]:
    """The jobs that call a workflow."""
    return [
        (other, job)
        for other in delivery.workflows.values()
        for job in other.jobs.values()
        if called_path(job.calls) == workflow.path
    ]


def events(delivery: Delivery, workflow: Workflow, levels: int = _LEVELS) -> set[str]:
    """The events that start a workflow, itself or through one that calls it."""
    found = set(workflow.triggers) - {"workflow_call"}
    for other, _ in callers(delivery, workflow) if levels else ():
        found |= events(delivery, other, levels - 1)
    return found


def pull_request_jobs(delivery: Delivery, workflow: Workflow) -> list[Job]:
    """The jobs that the code of a pull request may reach."""
    found = events(delivery, workflow) & PULL_REQUEST
    if found == {"pull_request"}:
        keeps_out = partial(keeps_pull_requests_out, main=delivery.main)
        return [job for job in workflow.jobs.values() if not holds(workflow, job, keeps_out)]
    return list(workflow.jobs.values()) if found else []


def holds(workflow: Workflow, job: Job, asked: Callable[[str], bool]) -> bool:
    """Whether a job starts only under a condition, its own or that of one without which it does not start."""
    needed = [] if job.despite else [workflow.jobs[name] for name in _required_jobs(workflow, job)]
    return any(asked(each.condition) for each in (job, *needed))


def verbs(delivery: Delivery, workflow: Workflow, job: Job) -> set[str]:
    """Which of our commands a job runs, itself or in the workflow that it calls."""
    return {command.verb for _, each in _with_called_jobs(delivery, workflow, job) for command in each.commands}


def releases(delivery: Delivery, workflow: Workflow) -> bool:
    """Whether a run of a workflow changes the registry or what is live."""
    return any(verbs(delivery, workflow, job) & set(RELEASING) for job in workflow.jobs.values())


def _required_jobs(workflow: Workflow, job: Job) -> list[str]:
    """The names of the jobs without whose success a job does not start; one that runs despite a failure hides its own.

    What the job itself is told to run despite is another rule's.
    """
    found: list[str] = []
    waiting = list(job.needs)
    while waiting:
        name = waiting.pop()
        if name in workflow.jobs and name not in found:
            found.append(name)
            if not workflow.jobs[name].despite:
                waiting += workflow.jobs[name].needs
    return found


def _surely_runs(workflow: Workflow, job: Job, needed: Job) -> bool:
    inside = [job, *(workflow.jobs[name] for name in _required_jobs(workflow, job))]
    return job is needed or not any(may_skip(each.condition) for each in inside)


def _with_called_jobs(delivery: Delivery, workflow: Workflow, job: Job, levels: int = _LEVELS) -> Iterator[Place]:
    yield workflow, job
    called = delivery.workflows.get(called_path(job.calls))
    if called and levels:
        for each in called.jobs.values():
            yield from _with_called_jobs(delivery, called, each, levels - 1)
