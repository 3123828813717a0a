"""Scores are checked before somebody reads them.

Where the file is copied to its readers first and checked afterwards, a check that fails says what has already
happened: calls were made and prices set by what it would have stopped.

Bad:

    on: {workflow_dispatch: {}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        timeout-minutes: 15
        steps:
          - run: |
              uv run --no-sync python -m credit.score --out scores.parquet
              aws s3 cp scores.parquet s3://acme-lake/scores/scores.parquet
              uv run --no-sync python -m credit.check --scores scores.parquet

Good:

    on: {workflow_dispatch: {}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        timeout-minutes: 15
        steps:
          - run: |
              uv run --no-sync python -m credit.score --out scores.parquet
              uv run --no-sync python -m credit.check --scores scores.parquet
              aws s3 cp scores.parquet s3://acme-lake/scores/scores.parquet

Fix: check the file, then copy it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.roles import plain, scores
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Step, Workflow

CODE = "MS683"
NAME = "late-check"
SEVERITY: Severity = "error"

_COPIES = regex(r"^(aws s3 (cp|mv)|gsutil( -m)? (cp|mv)|gcloud storage (cp|mv)|azcopy copy|rclone copy\w*)\b")
_CHECKS = regex(r"(^|[./_ -])(check|validate|verify|sanity)\w*(\.py|\.sh)?\b")


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        run = [(step, command) for step in job.steps for command in step.commands]
        for place, (step, command) in enumerate(run):
            if not _COPIES.match(plain(command)) or not any(scores(each) for _, each in run[:place]):
                continue
            files = {word for word in command.words if "://" not in word and "." in word}
            before, behind = run[:place], run[place + 1 :]
            if _checked(behind, files) and not _checked(before, files):
                yield at_command(step, command, "this is read by others before it is checked", "check it first")


def _checked(run: list[tuple[Step, Command]], files: set[str]) -> bool:
    return any(files & {*command.words} and _CHECKS.search(plain(command)) for _, command in run)
