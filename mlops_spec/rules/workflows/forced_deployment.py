"""Nothing is released after a failure.

`always()`, `!cancelled()` and `failure()` switch off that a job waits for the success of those it needs. A deployment
with one of them goes out when the gate has said no.

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
            run = verbs(delivery, workflow, job) if part is job else {command.verb for command in part.commands}
            verb = next((each for each in _RELEASING if each in run), "")
            if call and verb:
                message = f"`{verb}` runs although something before it failed"
                place = (*part.address, "if")
                alone = re.sub(r"[\s${}]", "", part.condition) == call
                fix = (Change(place, None),) if alone else ()
                yield Finding(place, message, f"remove `{call}`", piece=call, fix=fix)
            elif call in _ANYHOW and _releases(part) and not _requires_gate(workflow, job, part.condition):
                message = "this releases although something before it failed"
                yield Finding((*part.address, "if"), message, f"remove `{call}`", piece=call)


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


_RELEASING = (*RELEASING, "promote open", "bundle")
