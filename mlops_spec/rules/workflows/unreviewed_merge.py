"""A person merges, and a person approves.

A workflow that merges past the rules of `main`, or that approves a pull request, decides what only people may: what it
merges reaches production with nobody's name on it. A token that can do so is worth stealing.

Bad:

    jobs:
      merge:
        steps:
          - run: gh pr merge "${NUMBER}" --squash --admin

Good:

    jobs:
      merge:
        steps:
          - run: gh pr merge "${NUMBER}" --squash --auto

Fix: `--auto` merges once the approvals and checks that `main` requires are there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.workflow.place import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Severity
    from mlops_spec.rule import Finding
    from mlops_spec.workflow import Workflow
    from mlops_spec.workflow.command import Command

CODE = "MS551"
NAME = "unreviewed-merge"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps:
            for command in step.commands:
                if said := _decides(command):
                    yield at_command(step, command, *said)


def _decides(command: Command) -> tuple[str, str] | None:
    if command.starts("gh", "pr", "merge") and "--admin" in command.words:
        return "this merges past the rules of `main`", "write `--auto`, which waits for approvals and checks"
    if command.starts("gh", "pr", "review") and {"--approve", "-a"} & set(command.words):
        return "a workflow approves a pull request", "let a person approve it"
    return None
