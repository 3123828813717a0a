"""A release leaves the versions before it where they are.

`sync --delete` makes the store what the runner has, and the runner has one version. When the new one turns out
to be bad there is nothing to go back to, and what an auditor asks for is gone.

Bad:

    on: {workflow_dispatch: {}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        environment: production
        timeout-minutes: 15
        steps:
          - run: aws s3 sync --delete build/ s3://acme-models/credit/

Good:

    on: {workflow_dispatch: {}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        environment: production
        timeout-minutes: 15
        steps:
          - run: aws s3 sync build/ "s3://acme-models/credit/${GITHUB_SHA}/"

Fix: give each version a folder of its own, and let a rule of the store end what is old.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.roles import plain
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command
from mlops_spec.system.digits import number_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS664"
NAME = "erased-versions"
SEVERITY: Severity = "error"

_ERASES = regex(
    r"^aws s3 sync\b.*--delete\b|^aws s3 rm\b.*--recursive|^(gsutil( -m)?|gcloud storage) rsync\b.*( -d\b|--delete-unm)"
    r"|^(gsutil( -m)? rm -r|gcloud storage rm -r)|^rclone sync\b|^az storage blob (sync|delete-batch)\b"
    r"|^rsync\b.*--delete\b"
)
_OF_MODELS = regex(r"(s3|gs|az|https)://\S*(model|serving|registry|champion)\S*|:\S*models?\b", re.IGNORECASE)
_ONE_VERSION = regex(
    r"\$\{?\w*(SHA|VERSION|TAG|RUN|DATE|BRANCH|REF|NAME)\w*\}?|\$\{\{|v\d|candidate|staging"
    r"|preview|tmp|temp|cache|site|www|docs|static",
    re.IGNORECASE,
)


_LEAST = 3  # the one that is live, the one to go back to, and one that is on its way


def check(workflow: Workflow) -> Iterator[Finding]:
    yield from _deleted_images(workflow)
    for _, step, command in workflow.commands():
        said = plain(command)
        goal = next((word for word in reversed(command.words) if _OF_MODELS.search(word)), "")
        if goal and _ERASES.search(said) and not _ONE_VERSION.search(goal):
            message = f"this removes from `{goal}` whatever it has of other versions"
            yield at_command(step, command, message, "give each version a folder of its own")


def _deleted_images(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps:
            kept = number_of(text(step.inputs.get("min-versions-to-keep")))
            rest = {"ignore-versions", "delete-only-untagged-versions", "delete-only-pre-release-versions"}
            deletes = step.uses_action("actions/delete-package-versions") and not rest & {*step.inputs}
            if deletes and kept is not None and kept < _LEAST:
                message = f"of all images {kept} is kept, be it the live one or not, and none to go back to"
                place = (*step.address, "with", "min-versions-to-keep")
                yield Finding(place, message, "keep ten, and name those that are live in `ignore-versions`")
