"""A new image runs in a new container.

`docker restart` and `docker start` start the container that is there, of the image that it was made of. The new image
has been pulled, the job is green, and the old model answers.

Bad:

    on: {workflow_dispatch: {}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        environment: production
        timeout-minutes: 15
        steps:
          - run: ssh serving.acme.com "docker pull acme/credit:$GITHUB_SHA && docker restart credit"

Good:

    on: {workflow_dispatch: {}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        environment: production
        timeout-minutes: 15
        steps:
          - run: ssh serving.acme.com "docker rm -f credit && docker run -d --pull always acme/credit:$GITHUB_SHA"

Fix: remove the container and run the new image, or `docker compose up -d` with its tag.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS674"
NAME = "same-container"
SEVERITY: Severity = "error"

_NEW_IMAGE = regex(r"\bdocker\s+(image\s+)?(pull|push|build|load)\b|\bdocker\s+buildx\b")
_SAME = regex(r"\bdocker(\s+container|[ -]compose)?\s+(restart|start)\b")
_NEW = regex(r"\bdocker(\s+container)?\s+(run|create)\b|\bdocker[ -]compose\b[^\n]*\bup\b|\bwatchtower\b")


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        whole = "\n".join(step.run for step in job.steps)
        if not _NEW_IMAGE.search(whole) or _NEW.search(whole):
            continue
        for step in job.steps:
            if found := _SAME.search(step.run):
                message = "this starts the container of the image before"
                yield Finding(step.place, message, "remove it, and run the new image", piece=found[0])
