"""The image that is judged is the image that goes out.

An evaluation in a container is one of the code, the libraries and the model of that container. By another tag it is
another build: yesterday's passes the gate, and today's is deployed.

Bad:

    jobs:
      release:
        environment: production
        timeout-minutes: 60
        steps:
          - run: docker build --tag "ghcr.io/acme/credit:${GITHUB_SHA}" .
          - run: docker run -v "${PWD}/data:/data" ghcr.io/acme/credit:1.4 python evaluate.py
          - run: docker push "ghcr.io/acme/credit:${GITHUB_SHA}"

Good:

    jobs:
      release:
        environment: production
        timeout-minutes: 60
        steps:
          - run: docker build --tag "ghcr.io/acme/credit:${GITHUB_SHA}" .
          - run: docker run -v "${PWD}/data:/data" "ghcr.io/acme/credit:${GITHUB_SHA}" python evaluate.py
          - run: docker push "ghcr.io/acme/credit:${GITHUB_SHA}"

Fix: run what was built, by the tag that it was given, or better by its digest.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.containers import contained, repository
from mlops_spec.platforms.github.workflow.flow import jobs_before
from mlops_spec.platforms.github.workflow.images import BUILDING, BUILDS
from mlops_spec.platforms.github.workflow.options import spelled_out
from mlops_spec.platforms.github.workflow.roles import evaluates, job_judges, judges, tests
from mlops_spec.platforms.github.workflow.typed import mapping, text
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Step, Workflow

CODE = "MS684"
NAME = "other-image"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        before = jobs_before(delivery, workflow, job)
        earlier = {image for place in before for image in _built(*place)}
        built = {*_built(workflow, job), *earlier}
        run = list(_measured_in(workflow, job)) if built else []
        for step, command, image in run if not any(_normal(image) in built for _, _, image in run) else ():
            if made := _other_build(image, built):
                message = f"`{image}` is another build than `{made}`, which this run makes"
                yield at_command(step, command, message, "judge the image that goes out")
        image = _image_of(job)
        if earlier and image and job_judges(job) and (made := _other_build(image, earlier)):
            message = f"this judges another build than `{made}`, which this run makes"
            yield Finding((*job.address, "container"), message, "judge the image that goes out", at_key=True)


def _measured_in(workflow: Workflow, job: Job) -> Iterator[tuple[Step, Command, str]]:
    """What measures a model in a container, with its image."""
    for step in job.steps:
        for command in step.commands:
            within = contained(tuple(spelled_out(workflow, job, step, word) for word in command.words))
            if within and _measures(command):
                yield step, command, within.image


def _measures(command: Command) -> bool:
    return evaluates(command) or judges(command) or tests(command)


def _image_of(job: Job) -> str:
    container = job.data.get("container")
    return text(mapping(container).get("image")) if isinstance(container, dict) else text(container)


def _other_build(image: str, built: set[str]) -> str:
    """The image that was built here under the same name and another tag; empty where this is it, or nobody can tell."""
    mine = _normal(image)
    same_name = sorted(each for each in built if repository(each) == repository(mine))
    if not same_name or mine in same_name or "@" in mine or _is_open(mine) or any(map(_is_open, same_name)):
        return ""
    return same_name[0]


def _is_open(image: str) -> bool:
    """Whether a step or a variable says the tag, so that it may be any."""
    return bool(re.search(r"\$\{\{\s*(steps|needs|env|vars|inputs|matrix)\.|\$\(", image)) or image.endswith("$")


def _normal(image: str) -> str:
    return re.sub(r"\$\{\{\s*github\.sha\s*\}\}|\$\{?GITHUB_SHA\}?", "GITHUB_SHA", image.strip("\"'"))


def _built(workflow: Workflow, job: Job) -> Iterator[str]:
    for step in job.steps:
        if step.uses_action(*BUILDS):
            yield from map(_normal, re.findall(r"[^\s,]+", text(step.inputs.get("tags"))))
        for command in step.commands:
            words = [spelled_out(workflow, job, step, word) for word in command.words]
            if tuple(words[:2]) in BUILDING:
                yield from (_normal(name) for name in _tags(words))
            elif words[:2] in (["docker", "tag"], ["podman", "tag"], ["docker", "push"], ["podman", "push"]):
                yield _normal(words[-1])


def _tags(words: list[str]) -> Iterator[str]:
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word in ("-t", "--tag"):
            yield following
        elif word.startswith("--tag="):
            yield word.partition("=")[2]
