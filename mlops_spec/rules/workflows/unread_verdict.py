"""A release asks what the gate found.

A gate that hands on its verdict as an output fails no job: what comes behind it starts, and has to ask. And a caller
that switches the gate of a called workflow off gets a model which nobody has judged.

Bad:

    jobs:
      judge:
        runs-on: ubuntu-24.04
        outputs:
          passed: ${{ steps.verdict.outputs.passed }}
        timeout-minutes: 15
        steps:
          - id: verdict
            run: uv run --no-sync python -m credit.gate --exit-zero --github-output "${GITHUB_OUTPUT}"
      deploy:
        runs-on: ubuntu-24.04
        needs: judge
        environment: production
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.deploy --model dist

Good:

    jobs:
      judge:
        runs-on: ubuntu-24.04
        outputs:
          passed: ${{ steps.verdict.outputs.passed }}
        timeout-minutes: 15
        steps:
          - id: verdict
            run: uv run --no-sync python -m credit.gate --exit-zero --github-output "${GITHUB_OUTPUT}"
      deploy:
        runs-on: ubuntu-24.04
        needs: judge
        if: ${{ needs.judge.outputs.passed == 'true' }}
        environment: production
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.deploy --model dist

Fix: ask for the output in the `if` of the job that releases, or let the gate fail its job.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.roles import job_releases, judging, releasing
from mlops_spec.platforms.github.workflow.typed import mapping, text
from mlops_spec.platforms.github.workflow.verdict import handed_on, mild, outputs_of, settles

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Step, Workflow

CODE = "MS578"
NAME = "unread-verdict"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps:
            if mild(step):
                yield from _unread_in_job(job, step)
                if outputs := outputs_of(job, step):
                    yield from _unread_outputs(workflow, job, outputs)
    for job in workflow.jobs.values():
        if called := next((delivery.workflows[path] for path in delivery.workflows if _calls(job, path)), None):
            yield from _from_caller(workflow, job, called)


def _calls(job: Job, path: str) -> bool:
    return job.calls.removeprefix("./").removeprefix("$/") == path


def _unread_outputs(workflow: Workflow, judged: Job, outputs: list[str]) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        between = _needed(workflow, job)
        if judged.name in between and job_releases(job):
            said = " ".join(str(workflow.jobs[name].data) for name in between) + str(job.data)
            if not any(f"needs.{judged.name}.outputs.{output}" in said for output in outputs):
                place = (*job.address, "if") if job.condition else job.address
                message = f"the gate fails no job, and this releases without asking `{judged.name}` for `{outputs[0]}`"
                hint = f"add `needs.{judged.name}.outputs.{outputs[0]} == 'true'` to its `if`"
                yield Finding(place, message, hint, at_key=not job.condition)


def _unread_in_job(job: Job, step: Step) -> Iterator[Finding]:
    name = text(step.data.get("id"))
    for later in job.steps[job.steps.index(step) + 1 :]:
        if name and re.search(rf"steps\.{re.escape(name)}\.", f"{later.condition} {later.run} {later.data.get('env')}"):
            return
        if name and releasing(later):
            message = "the gate fails no job, and this releases without asking what it found"
            yield Finding(later.place, message, "ask for the gate's `outcome` in its `if`")
            return


def _from_caller(workflow: Workflow, call: Job, called: Workflow) -> Iterator[Finding]:
    inputs = _call_inputs(call, called)
    for job in called.jobs.values():
        for step in job.steps:
            off = judging(step) and settles(step.condition or job.condition, inputs) is False
            if not off and not mild(step):
                continue
            outputs = handed_on(called, job, outputs_of(job, step))
            found = list(_unread_outputs(workflow, call, outputs or ["passed"]))
            if off and found:
                message = f"this switches the gate of `{job.name}` off, and what comes behind releases all the same"
                switch = next((key for key in mapping(call.data.get("with")) if key in (step.condition or "")), "")
                place = (*call.address, "with", switch) if switch else (*call.address, "uses")
                yield Finding(place, message, "leave the gate on")
            elif outputs:
                yield from found


def _call_inputs(call: Job, called: Workflow) -> Mapping[str, Any]:
    declared = mapping(mapping(called.triggers.get("workflow_call")).get("inputs"))
    default = {name: mapping(each).get("default", "") for name, each in declared.items()}
    return {**default, **mapping(call.data.get("with"))}


def _needed(workflow: Workflow, job: Job) -> set[str]:
    found, waiting = set[str](), [*job.needs]
    while waiting:
        name = waiting.pop()
        if name in workflow.jobs and name not in found:
            found.add(name)
            waiting += workflow.jobs[name].needs
    return found
