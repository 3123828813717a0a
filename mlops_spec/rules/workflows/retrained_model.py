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

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.command import commands
from mlops_spec.platforms.github.workflow.flow import jobs_before
from mlops_spec.platforms.github.workflow.images import BUILDS, image_commands
from mlops_spec.platforms.github.workflow.roles import evaluates, job_releases, judges, plain, releasing, trains
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command, called

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Step, Workflow

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
        for step in job.steps if judged else ():
            yield from _trained_in_image(step, delivery)
        if trained and _is_released_later(workflow, job, trained[0]):
            step, command = trained
            message = f"{called(command)} makes another model behind the gate, which nobody judges"
            yield at_command(step, command, message, "release what the gate has judged")


def _trained_in_image(step: Step, delivery: Delivery) -> Iterator[Finding]:
    for built in image_commands(step, delivery):
        if any(trains(each) for each in commands(built.script)):
            message = "the image trains another model than the one that was judged"
            hint = "copy the judged one into the image"
            yield Finding((), message, hint, document=built.document, span=built.span)


def _judges(command: Command) -> bool:
    return judges(command) or evaluates(command)


_PUBLISHES = ("softprops/action-gh-release", "ncipollo/release-action", "svenstaro/upload-release-action")
_COPIES = regex(r"(aws (\S+ ){0,4}s3|gsutil|gcloud storage|rclone|azcopy|s5cmd) (-m )?(cp|sync|mv|rsync|copy)\b")


def _ships(step: Step) -> bool:
    """Whether a step releases, pushes an image, or copies files to a store."""
    pushed = text(step.inputs.get("push")) not in ("", "false")
    if step.uses_action(*_PUBLISHES) or (step.uses_action(*BUILDS) and pushed) or releasing(step):
        return True
    copies = [each for each in step.commands if _COPIES.match(plain(each)[:500])]
    return any("://" in [word for word in each.words if not word.startswith("-")][-1] for each in copies)


def _is_released_later(workflow: Workflow, job: Job, step: Step) -> bool:
    behind = job.steps[job.steps.index(step) :]
    if any(_ships(one) or any(command.verb == "bundle" for command in one.commands) for one in behind):
        return True
    given = any(one.uses_action("actions/upload-artifact") for one in behind)
    return given and any(job_releases(each) for each in workflow.jobs.values() if job.name in each.needs)
