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

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.roles import about_models
from mlops_spec.platforms.github.workflow.typed import mapping, names, text
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Workflow

CODE = "MS551"
NAME = "unreviewed-merge"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps:
            if re.search(r"auto-?approve", step.uses.lower()):
                place = (*step.address, "uses")
                yield Finding(place, "a workflow approves a pull request", "let a person approve it")
            if step.uses_action(*_COMMITS) and about_models(job) and _may_run_on_main(workflow, job, delivery.main):
                place = (*step.address, "uses")
                yield Finding(place, _SAID, "open a pull request")
            for command in step.commands:
                if (said := _decides(command)) and ".wiki" not in "".join(each.run for each in job.steps):
                    yield at_command(step, command, *said)
                elif _pushes_model_commit(command, job) and _may_run_on_main(workflow, job, delivery.main):
                    yield at_command(step, command, _SAID, "open a pull request")


_SAID = "this pushes to the branch that releases, past its reviews and checks"
_COMMITS = (
    "stefanzweifel/git-auto-commit-action",
    "endbug/add-and-commit",
    "ad-m/github-push-action",
    "github-actions-x/commit",
)


def _pushes_model_commit(command: Command, job: Job) -> bool:
    if "git" not in command.words[:1] or "push" not in command.words[1:4] or not about_models(job):
        return False
    if any({*each.words[:3]} & {"-b", "-c", "-B", "--orphan"} for each in job.commands if each.starts("git")):
        return False
    refs = [word for word in command.words[command.words.index("push") + 1 :] if not word.startswith("-")]
    here = not refs[1:] or bool(
        re.fullmatch(r"HEAD|\$\{?GITHUB_REF(_NAME)?\}?|\$\{\{\s*github\.ref(_name)?\s*\}\}", refs[1])
    )
    return here and any(each.starts("git") and "commit" in each.words for each in job.commands)


def _may_run_on_main(workflow: Workflow, job: Job, main: str) -> bool:
    refs = [text(step.inputs.get("ref")) for step in job.steps if step.uses_action("actions/checkout")]
    if any(ref not in ("", main, f"refs/heads/{main}") for ref in refs):
        return False
    pushed = mapping(workflow.triggers.get("push"))
    branches = names(pushed.get("branches"))
    started = "push" in workflow.triggers and "tags" not in pushed and (not branches or main in branches)
    return started or bool({"schedule", "workflow_run"} & {*workflow.triggers})


def _decides(command: Command) -> tuple[str, str] | None:
    if command.starts("gh", "pr", "merge") and "--admin" in command.words:
        return "this merges past the rules of `main`", "write `--auto`, which waits for approvals and checks"
    if command.starts("gh", "pr", "review") and {"--approve", "-a"} & set(command.words):
        return "a workflow approves a pull request", "let a person approve it"
    if command.starts("git") and "commit" in command.words and {"--no-verify", "-n"} & set(command.words):
        return "this commits past the hooks that check what is committed", "leave `--no-verify` out"
    if "git" in command.words and "push" in command.words:
        return _wrong_push(command.words[command.words.index("push") + 1 :])
    return None


def _wrong_push(words: tuple[str, ...]) -> tuple[str, str] | None:
    refs = [
        word.strip("+").rpartition(":")[2].removeprefix("refs/heads/") for word in words if not word.startswith("-")
    ]
    if {"main", "master"} & set(refs[1:]) and not re.search(r"^heroku|^dokku|wiki|^space|huggingface", refs[0]):
        return "this pushes to the branch that releases, past its reviews and checks", "open a pull request"
    forced = {"-f", "--force"} & set(words) or any(word.startswith("+") for word in words)
    tagged = any(
        re.search(r"refs/tags/|--tags|^\W*v?\d+(\.\d+)+|TAG|VERSION|version|:?latest$", word) for word in words
    )
    if forced and tagged:
        return "this moves a tag that people and the registry take for fixed", "give the new version a tag of its own"
    return None
