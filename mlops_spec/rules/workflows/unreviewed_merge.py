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

import re
from typing import TYPE_CHECKING

from mlops_spec.rule import Finding
from mlops_spec.workflow.place import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Severity
    from mlops_spec.workflow import Workflow
    from mlops_spec.workflow.command import Command

CODE = "MS551"
NAME = "unreviewed-merge"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps:
            if re.search(r"auto-?approve", step.uses.lower()):
                place = (*step.address, "uses")
                yield Finding(place, "a workflow approves a pull request", "let a person approve it")
            for command in step.commands:
                if said := _decides(command):
                    yield at_command(step, command, *said)


def _decides(command: Command) -> tuple[str, str] | None:
    if command.starts("gh", "pr", "merge") and "--admin" in command.words:
        return "this merges past the rules of `main`", "write `--auto`, which waits for approvals and checks"
    if command.starts("gh", "pr", "review") and {"--approve", "-a"} & set(command.words):
        return "a workflow approves a pull request", "let a person approve it"
    if "git" in command.words and "push" in command.words:
        return _pushes(command.words[command.words.index("push") + 1 :])
    return None


def _pushes(words: tuple[str, ...]) -> tuple[str, str] | None:
    """What is wrong with a push: to the branch that releases, or over what is there."""
    refs = [
        word.strip("+").rpartition(":")[2].removeprefix("refs/heads/") for word in words if not word.startswith("-")
    ]
    if {"main", "master"} & set(refs[1:]):
        return "this pushes to the branch that releases, past its reviews and checks", "open a pull request"
    forced = {"-f", "--force"} & set(words) or any(word.startswith("+") for word in words)
    tagged = any(
        re.search(r"refs/tags/|--tags|^\W*v?\d+(\.\d+)+|TAG|VERSION|version|:?latest$", word) for word in words
    )
    if forced and tagged:
        return "this moves a tag that people and the registry take for fixed", "give the new version a tag of its own"
    return None
