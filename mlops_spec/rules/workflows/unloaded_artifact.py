"""A job takes what another has made from where that has put it.

Each job begins on a machine of its own, with what Git has. Where the job that trains hands its model on as an artifact,
and the one behind it never loads that, an image or a release is made of the model that somebody once committed: it is
another one in each commit's name, and nothing fails. Tests of a model are then skipped, or ask the old one.

Bad:

    jobs:
      train:
        runs-on: ubuntu-24.04
        timeout-minutes: 60
        steps:
          - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
            with: {persist-credentials: false}
          - run: uv run --no-sync python -m credit.train --out models/model.json
          - uses: actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1
            with: {name: model, path: models/model.json}
      judge:
        runs-on: ubuntu-24.04
        needs: train
        timeout-minutes: 15
        steps:
          - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
            with: {persist-credentials: false}
          - run: uv run --no-sync python -m credit.evaluate --model models/model.json

Good:

    jobs:
      train:
        runs-on: ubuntu-24.04
        timeout-minutes: 60
        steps:
          - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
            with: {persist-credentials: false}
          - run: uv run --no-sync python -m credit.train --out models/model.json
          - uses: actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1
            with: {name: model, path: models/model.json}
      judge:
        runs-on: ubuntu-24.04
        needs: train
        timeout-minutes: 15
        steps:
          - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
            with: {persist-credentials: false}
          - uses: actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1
            with: {name: model, path: models}
          - run: uv run --no-sync python -m credit.evaluate --model models/model.json

Fix: load the artifact before, into the folder that is read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.collected_tests import collected_tests, pytest_arguments
from mlops_spec.platforms.github.workflow.dataflow import is_model, overlap, uses
from mlops_spec.platforms.github.workflow.flow import jobs_before
from mlops_spec.platforms.github.workflow.images import BUILDING, dockerfile
from mlops_spec.platforms.github.workflow.roles import plain, trains
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Step, Workflow

CODE = "MS500"
NAME = "unloaded-artifact"
SEVERITY: Severity = "error"

_HINT = "load the artifact before"
_LITERAL = regex(r"[\w.-]+(/[\w.-]+)*/?")
_COPY = regex(r"^(?:COPY|ADD)[ \t]+(?!.*--from)(?:--\S+[ \t]+)*(?P<paths>\S[^\n]*)", re.MULTILINE | re.IGNORECASE)
#: What brings no file of another job: sign-ins, tools, installers, and what only looks.
_ACTIONS = regex(
    r"(docker|aws-actions|google-github-actions|azure|hashicorp)/[\w-]+|astral-sh/setup-uv|conda-incubator/setup-miniconda"
    r"|actions/(checkout|setup-\w+|upload-artifact|attest[\w-]*|github-script)"
)
_BRINGS_NOTHING = regex(
    r"(pip3?|python[\d.]* -m pip|poetry|conda|mamba|apt(-get)?|npm) |uv (sync|pip|venv)\b|sync\b|echo |printf |cd |ls\b"
    r"|mkdir |docker (login|build|buildx|push|tag)\b|export |test |\[|set |az login|gcloud auth|chmod "
    r"|git (config|status|log|rev-parse)\b"
)


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        made = dict(_handed_on(workflow, delivery, job))
        for step in job.steps if made and _begins_with_git(job) else ():
            for command in step.commands:
                if not _is_known(job, step, command):
                    break
                reads = next((use.reads for use in uses(workflow, job) if use.command is command), ())
                reads = (*reads, *_read_by_tests(command, delivery, step))
                found = next((path for path in made if any(overlap(path, each) for each in reads if each != ".")), "")
                if found and not trains(command):
                    yield at_command(step, command, _message(found, made[found]), _HINT)
            building = next((each for each in step.commands if each.words[:2] in BUILDING), None)
            image = dockerfile(step, delivery) if _is_known(job, step, building) else None
            copied = _copied(image.text) if image else []
            if found := next((path for path in made if any(overlap(path, each) for each in copied)), ""):
                yield Finding(step.place, _message(found, made[found]), _HINT)


def _message(path: str, job: str) -> str:
    return f"`{path}` is here what Git has of it, and what `{job}` has made lies in an artifact that nothing loads"


def _handed_on(workflow: Workflow, delivery: Delivery, job: Job) -> Iterator[tuple[str, str]]:
    """What jobs that train have uploaded of what they wrote, without which this one does not start."""
    for _, earlier in jobs_before(delivery, workflow, job):
        if any(map(trains, earlier.commands)):
            for use in uses(workflow, earlier):
                yield from (
                    (path, earlier.name) for path in use.reads if use.command is None and _LITERAL.fullmatch(path)
                )


def _read_by_tests(command: Command, delivery: Delivery, step: Step) -> Iterator[str]:
    """The files that tests name: where one is not there these are skipped, or ask what Git has."""
    words = pytest_arguments(command.words)
    for program in collected_tests(words, delivery, step) if words is not None else ():
        yield from (str(each.value) for each in program.texts if is_model(str(each.value)))


def _begins_with_git(job: Job) -> bool:
    return any(step.uses_action("actions/checkout") for step in job.steps)


def _is_known(job: Job, step: Step, command: Command | None) -> bool:
    """Whether nothing before a command of a step may have brought the file: no other action, and no program."""
    before = job.steps[: job.steps.index(step)]
    if any(each.uses and not _ACTIONS.fullmatch(each.uses.partition("@")[0]) for each in before):
        return False
    earlier = [*step.commands[: step.commands.index(command)]] if command else []
    earlier += [each for one in before for each in one.commands]
    return all(_BRINGS_NOTHING.match(f"{plain(each)} ") for each in earlier)


def _copied(dockerfile: str) -> list[str]:
    """What an image takes from the repository, but for all of it at once."""
    lines = [found["paths"].split()[:-1] for found in _COPY.finditer(dockerfile)]
    return [path.removeprefix("./").rstrip("/") for line in lines for path in line if path not in (".", "./", "/")]
