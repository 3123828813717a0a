"""An image that runs is named by its digest.

A tag is what somebody pushed last: what runs may be another image than the one that was asked, and a restart changes
it.

Bad:

    jobs:
      deploy:
        steps:
          - run: kubectl set image deployment/credit "server=ghcr.io/acme/credit:latest"
          - run: kubectl rollout status deployment/credit --timeout 5m

Good:

    jobs:
      deploy:
        steps:
          - run: kubectl set image deployment/credit "server=ghcr.io/acme/credit@${DIGEST}"
          - run: kubectl rollout status deployment/credit --timeout 5m

Fix: hand on the digest that the build has said, and write `image@sha256:…`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.roles import about_models, releases
from mlops_spec.platforms.github.workflow.typed import mapping, text
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Job, Workflow

CODE = "MS566"
NAME = "moving-image"
SEVERITY: Severity = "error"

_MOVING = regex(
    r"(?:^|[\w}/.-]):(latest|stable|main|master|prod|production|staging|edge|nightly|dev)(?![\w.-])|\.tag=(latest|main|stable)\b|:\$\{\{?\s*(GITHUB_REF_NAME|github\.(head_)?ref(_name)?)\s*\}?\}|:\$GITHUB_REF_NAME"
)
_STARTS = (("docker", "run"), ("docker", "pull"), ("docker", "create"), ("kubectl", "run"), ("kubectl", "create"))
_HINT = "write its digest, `image@sha256:…`"


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps:
            for command in step.commands:
                if moving := _moving(command):
                    yield at_command(step, command, f"`{moving}` is whatever somebody pushed last", _HINT)
            if step.uses.startswith("docker://") and "@sha256:" not in step.uses:
                yield Finding((*step.address, "uses"), f"`{step.uses}` is whatever somebody pushed last", _HINT)
        if about_models(job):
            yield from _containers(job)


def _moving(command: Command) -> str:
    if not releases(command) and not any(command.starts(*each) for each in _STARTS):
        return ""
    if command.starts("docker", "push"):
        return ""
    return next((word for word in command.words if _MOVING.search(word) and "://" not in word), "")


def _containers(job: Job) -> Iterator[Finding]:
    container = job.data.get("container")
    places = {(*job.address, "container", "image"): text(mapping(container).get("image"))}
    if isinstance(container, str):
        places = {(*job.address, "container"): container}
    for place, image in places.items():
        if image and "@sha256:" not in image and "${{" not in image:
            yield Finding(place, f"`{image}` is whatever somebody pushed last", _HINT)
