"""A release waits for the gate.

Jobs run at the same time unless one needs the other. A gate that the release does not need says no when the model is
live already.

Bad:

    jobs:
      gate:
        runs-on: ubuntu-24.04
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.gate --min-roc-auc 0.76
      deploy:
        runs-on: ubuntu-24.04
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.deploy --model build/model

Good:

    jobs:
      gate:
        runs-on: ubuntu-24.04
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.gate --min-roc-auc 0.76
      deploy:
        runs-on: ubuntu-24.04
        needs: gate
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.deploy --model build/model

Fix: name the gate's job in the `needs` of the job that releases.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import listed
from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.flow import jobs_before
from mlops_spec.platforms.github.workflow.opaque import unseen
from mlops_spec.platforms.github.workflow.roles import job_judges, job_releases, judging, releasing, tests, trains
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Step, Workflow

CODE = "MS567"
NAME = "unneeded-gate"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    gates = [job for job in workflow.jobs.values() if (job_judges(job) or _tries_build(job)) and not _is_optional(job)]
    for job in workflow.jobs.values():
        if not job_releases(job) or job in gates:
            continue
        before = [each for _, each in jobs_before(delivery, workflow, job)]
        missed = [
            gate.name
            for gate in gates
            if gate not in before and not _is_checked_afterwards(delivery, workflow, gate, job)
        ]
        if missed:
            place = (*job.address, "needs") if job.needs else job.address
            message = f"this releases without waiting for {listed(missed)}"
            yield Finding(place, message, "name it in `needs`", at_key=True)
        elif (place := _unjudged_releases(delivery, workflow, job)) and not missed:
            message = "what is trained here is released, and nothing judges it in between"
            yield Finding(place, message, "judge it by `mlops-spec gate`, or a gate of your own, before")


_TRIES = regex(r"smoke|e2e|end.to.end|integration|acceptance|load.?test|validat|verif|contract|fairness", re.IGNORECASE)


_SMOKE = regex(r"smoke\W?tests?")  # which tells that it answers, not how well


def _tries_build(job: Job) -> bool:
    named = _TRIES.search(f"{job.name} {job.data.get('name', '')}")
    return not job_releases(job) and (bool(named) or any(tests(command) for command in job.commands))


def _unjudged_releases(delivery: Delivery, workflow: Workflow, job: Job) -> Address:
    before = jobs_before(delivery, workflow, job)
    trainers = [place for place in before if any(map(trains, place[1].commands))]
    earlier = [each for trainer in trainers for each in jobs_before(delivery, *trainer)]
    if any(_may_judge(step) for place in before if place not in earlier for step in _steps_since_training(place[1])):
        return ()
    trained = bool(trainers)
    since = _steps_since_training(job)
    for step in job.steps:
        trained |= any(trains(command) for command in step.commands)
        if step in since and _may_judge(step):
            return ()
        ours = any(command.verb for command in step.commands)
        if trained and releasing(step) and not ours and not _waits_for_approval(step):
            return step.place
    return ()


def _steps_since_training(job: Job) -> list[Step]:
    """The steps of a job from the one on that trains: what is asked before is asked of the rows."""
    starts = [index for index, step in enumerate(job.steps) if any(map(trains, step.commands))]
    return list(job.steps[starts[0] if starts else 0 :])


def _may_judge(step: Step) -> bool:
    if step.uses and not step.uses.startswith(
        ("actions/", "docker/", "aws-actions/", "google-github-actions/", "azure/")
    ):
        return "setup" not in step.uses
    if any(command.program and command.program.decides and _may_refuse(command) for command in step.commands):
        return True
    said = re.search(
        r"gate|eval|judge|check|test|valid|verif|compare|quality|score",
        _SMOKE.sub("", f"{step.data.get('name')} {step.run}".lower()),
    )
    return bool(said) or judging(step) or any(True for _ in unseen([step]) if step.run and "python" not in step.run)


def _waits_for_approval(step: Step) -> bool:
    """Whether what a step registers waits for a person, as its program says."""
    texts = (text.value for each in step.commands if each.program for text in each.program.texts)
    return "PendingManualApproval" in step.run or "PendingManualApproval" in texts


def _may_refuse(command: Command) -> bool:
    """Whether a program that decides may decide on a model: one that trains, where it predicts and measures as well."""
    names = {name.rpartition(".")[2] for _, name in command.program.calls} if command.program else set()
    return not trains(command) or ("predict" in names and any(map(_MEASURES.search, names)))


_MEASURES = regex(r"(_score|_error|_loss|report|accuracy|auc|f1)$")


def _is_optional(job: Job) -> bool:
    return bool(job.condition) or text(job.data.get("continue-on-error")) not in ("", "false")


def _is_checked_afterwards(delivery: Delivery, workflow: Workflow, gate: Job, job: Job) -> bool:
    return any(each is job for _, each in jobs_before(delivery, workflow, gate))
