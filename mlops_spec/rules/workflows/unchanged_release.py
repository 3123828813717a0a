"""A deployment brings something new.

`helm upgrade --reuse-values` takes every value from the release before, that of the image too, whatever the chart now
says. Where nothing else is set the job is green, and the old model answers.

Bad:

    on: {workflow_dispatch: {}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        environment: production
        timeout-minutes: 15
        steps:
          - run: helm upgrade credit charts/credit --reuse-values --wait

Good:

    on: {workflow_dispatch: {}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        environment: production
        timeout-minutes: 15
        steps:
          - run: helm upgrade credit charts/credit --reuse-values --set image.tag="${GITHUB_SHA}" --wait

Fix: set the image, or the version of the model, that this run has made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.roles import plain
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS689"
NAME = "unchanged-release"
SEVERITY: Severity = "error"

_KEPT = regex(r"helm (.* )?upgrade\b.*--reuse-values")
_SET = regex(
    r"--set(-string|-file|-json|-literal)?\b|--values\b|(^| )-f\b|--post-renderer|--version\b|--reset-then-reuse"
)


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps:
            for command in step.commands:
                said = plain(command)
                if _KEPT.match(said) and not _SET.search(said):
                    message = "with `--reuse-values` alone the image that is running stays"
                    yield at_command(step, command, message, 'add `--set image.tag="${GITHUB_SHA}"`')
