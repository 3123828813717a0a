"""The images that a step builds: the Dockerfile of each, and the commands that it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.document.diagnostic import Span
from mlops_spec.platforms.github.workflow.dockerfile import image_runs
from mlops_spec.platforms.github.workflow.named_files import DOCKERFILE
from mlops_spec.platforms.github.workflow.typed import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document import Document
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Step

BUILDS = ("docker/build-push-action", "redhat-actions/buildah-build")
BUILDING = (("docker", "build"), ("docker", "buildx"), ("podman", "build"), ("buildah", "bud"), ("buildah", "build"))


class Built(NamedTuple):
    """One `RUN` of a Dockerfile of the repository."""

    document: Document
    script: str
    span: Span


def builds(step: Step) -> bool:
    return step.uses_action(*BUILDS) or any(command.words[:2] in BUILDING for command in step.commands)


def dockerfile(step: Step, delivery: Delivery) -> Document | None:
    """The Dockerfile that a step builds from, if the repository has it."""
    return delivery.sources.get(_dockerfile(step)) if builds(step) else None


def image_commands(step: Step, delivery: Delivery) -> Iterator[Built]:
    """What the Dockerfile runs from which a step builds, as far as the repository has it."""
    document = dockerfile(step, delivery)
    for line in image_runs(document.text) if document else ():
        if document:
            width = len(document.lines[line.number - 1]) + 1
            yield Built(document, line.script, Span(line.number, 1, line.number, width))


def _dockerfile(step: Step) -> str:
    context = text(step.inputs.get("context")).strip("./") if step.uses_action(*BUILDS) else ""
    built = [command for command in step.commands if command.words[:2] in BUILDING]
    said = [
        text(step.inputs.get("file")),
        *(value for each in built for value in (each.option("-f"), each.option("--file")) if value),
    ]
    return next((each.removeprefix("./") for each in said if each), f"{context}/{DOCKERFILE}".strip("/"))
