"""Nothing is released after a failure.

`always()`, `!cancelled()` and `failure()` switch off that a job waits for the success of those it needs. A deployment
with one of them goes out when the gate has said no.

A command that is about several models, by the matrix of a plan, stops at each of them by itself: it may run.

Bad:

    jobs:
      register:
        needs: train
        if: ${{ !cancelled() }}
        steps:
          - run: uv run --no-sync mlops-spec register --bundle dist --digest "${DIGEST}"

Good:

    jobs:
      register:
        needs: train
        steps:
          - run: uv run --no-sync mlops-spec register --bundle dist --digest "${DIGEST}"

Fix: remove the call from the condition; without one a job runs when all that it needs has succeeded. A condition that
is nothing else is removed by `mlops-spec lint --fix`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Change, Finding
from mlops_spec.platforms.github.workflow.expression import despite_failure
from mlops_spec.platforms.github.workflow.flow import verbs
from mlops_spec.platforms.github.workflow.jobs import Step
from mlops_spec.platforms.github.workflow.release import RELEASING
from mlops_spec.platforms.github.workflow.roles import job_judges, job_releases, releasing
from mlops_spec.platforms.github.workflow.several import of_several

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Workflow

CODE = "MS512"
NAME = "forced-deployment"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for part in job.parts:
            call = job.despite if part is job else despite_failure(part.condition)
            run = _verbs(delivery, workflow, job, part)
            verb = next((each for each in _RELEASING if each in run), "")
            if call and verb and not (part is job and job.calls and _only_plans_before(delivery, workflow, job)):
                message = f"`{verb}` runs although something before it failed"
                place = (*part.address, "if")
                alone = re.sub(r"[\s${}]", "", part.condition) == call
                fix = (Change(place, None),) if alone else ()
                yield Finding(place, message, f"remove `{call}`", piece=call, fix=fix)
            elif (
                call in _ANYHOW
                and _releases(part)
                and not _all_of_several(job, part)
                and not _requires_gate(workflow, job, part.condition)
            ):
                message = "this releases although something before it failed"
                yield Finding((*part.address, "if"), message, f"remove `{call}`", piece=call)


def _verbs(delivery: Delivery, workflow: Workflow, job: Job, part: Job | Step) -> set[str]:
    """The commands of a job or a step but for those that stop at each of several models by itself."""
    steps = [part] if isinstance(part, Step) else job.steps
    inside = [(command.verb, of_several(job, step, command)) for step in steps for command in step.commands]
    called = verbs(delivery, workflow, job) if part is job else set[str]()
    return {verb for verb, several in inside if not several} | (called - {verb for verb, _ in inside})


def _only_plans_before(delivery: Delivery, workflow: Workflow, job: Job) -> bool:
    """Whether a called workflow, which judges by itself, waits for nothing but a plan: what is broken is not in it."""
    before = [verbs(delivery, workflow, workflow.jobs[name]) for name in job.needs if name in workflow.jobs]
    return bool(before) and all("plan" in known and not known & _DECIDING for known in before)


def _all_of_several(job: Job, part: Job | Step) -> bool:
    steps = [part] if isinstance(part, Step) else job.steps
    known = [of_several(job, step, each) for step in steps for each in step.commands if each.verb in _RELEASING]
    return bool(known) and all(known)


_ANYHOW = ("always()", "!cancelled()", "cancelled()")


def _releases(part: Job | Step) -> bool:
    return releasing(part) if isinstance(part, Step) else job_releases(part)


def _requires_gate(workflow: Workflow, job: Job, condition: str) -> bool:
    bare = re.sub(r"\s", "", condition)
    if re.search(r"steps\.[\w-]+\.outcome=='success'|job\.status=='success'", bare) and "||" not in bare:
        return True
    needed = [name for name in job.needs if name in workflow.jobs]
    asked = [name for name in job.needs if f"needs.{name}.result=='success'" in bare]
    sure = {*asked, *(each for name in asked for each in _succeeded_jobs(workflow, name))}
    gates = [name for name in needed if job_judges(workflow.jobs[name])] or [*job.needs]
    return "!failure()" in bare or ("||" not in bare and bool(gates) and {*gates} <= sure)


def _succeeded_jobs(workflow: Workflow, name: str) -> set[str]:
    found, waiting = set[str](), [name]
    while waiting:
        job = workflow.jobs.get(waiting.pop())
        for each in job.needs if job and not job.despite else ():
            if each not in found:
                found.add(each)
                waiting.append(each)
    return found


_DECIDING = {"run", "gate", "drill", *RELEASING}
_RELEASING = (*RELEASING, "promote open", "bundle")
