"""What is released is what was judged.

A model that is trained again behind the gate is another model: seeds, threads and data that came meanwhile make it so.
Nobody has judged it.

Bad:

    jobs:
      train:
        steps:
          - run: uv run --no-sync dvc repro
          - run: uv run --no-sync python -m credit.gate --metrics build/metrics.json
          - run: uv run --no-sync dvc repro --force
          - run: uv run --no-sync python -m credit.deploy --model build/model

Good:

    jobs:
      train:
        steps:
          - run: uv run --no-sync dvc repro
          - run: uv run --no-sync python -m credit.gate --metrics build/metrics.json
          - run: uv run --no-sync python -m credit.deploy --model build/model

Fix: pack what the gate has judged, and hand it on as an artifact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.workflow.flow import jobs_before
from mlops_spec.workflow.place import at_command, called
from mlops_spec.workflow.roles import evaluates, job_releases, judges, releases, trains

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Severity
    from mlops_spec.rule import Finding
    from mlops_spec.workflow import Delivery, Job, Step, Workflow
    from mlops_spec.workflow.command import Command

CODE = "MS561"
NAME = "retrained-model"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        judged = any(_judges(each) for _, before in jobs_before(delivery, workflow, job) for each in before.commands)
        trained: tuple[Step, Command] | None = None
        for step in job.steps:
            for command in step.commands:
                if judged and trains(command) and not command.verb:
                    trained = step, command
                elif judges(command):
                    judged, trained = True, None
                elif evaluates(command):
                    trained = None
        if trained and _goes_on(workflow, job, trained[0]):
            step, command = trained
            message = f"{called(command)} makes another model behind the gate, which nobody judges"
            yield at_command(step, command, message, "release what the gate has judged")


def _judges(command: Command) -> bool:
    return judges(command) or evaluates(command)


def _goes_on(workflow: Workflow, job: Job, step: Step) -> bool:
    """Whether what a step makes is released, or handed on to be."""
    behind = job.steps[job.steps.index(step) :]
    if any(releases(each) or each.verb == "bundle" for one in behind for each in one.commands):
        return True
    given = any(one.uses_action("actions/upload-artifact") for one in behind)
    return given and any(job_releases(each) for each in workflow.jobs.values() if job.name in each.needs)
