"""DVC runs what has changed, and notes what it ran.

`commit --force` writes down what lies there as the result of a stage that nobody ran; `--allow-missing`,
`--keep-going` and `--dry` are content without results; frozen stages and `--single-item` keep old ones. And a lock
that is committed without `dvc push` names files that nobody else has.

Bad:

    jobs:
      train:
        steps:
          - run: |
              uv run --no-sync python -m credit.train --out build/model
              uv run --no-sync dvc commit --force

Good:

    jobs:
      train:
        steps:
          - run: uv run --no-sync dvc repro

Fix: run the stages by `dvc repro` on all of their inputs, then `dvc push`, then commit `dvc.lock`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Job, Workflow

CODE = "MS586"
NAME = "loose-reproduction"
SEVERITY: Severity = "error"

_LOOSE = {
    ("commit", "-f"): "this writes down what lies there as the result of stages that did not run",
    ("repro", "--allow-missing"): "this passes over stages whose data is not there",
    ("pull", "--allow-missing"): "this goes on where data is missing",
    ("fetch", "--allow-missing"): "this goes on where data is missing",
    ("checkout", "--allow-missing"): "this goes on where data is missing",
    ("repro", "--dry"): "this runs nothing",
    ("repro", "-s"): "this runs one stage on what the stages before have left",
    ("repro", "-k"): "this goes on behind a stage that failed",
    ("repro", "-i"): "this goes on behind a stage that failed",
    ("gc", "-c"): "this deletes data of other versions, which can then not be made again",
}
_LONG = {
    "--force": "-f",
    "--single-item": "-s",
    "--keep-going": "-k",
    "--ignore-errors": "-i",
    "--cloud": "-c",
}
_WHOLE = {"--all-tags": "-T", "--all-branches": "-a"}
_KEPT = frozenset(("-T", "-a"))
_HINT = "run `dvc repro` on all of its inputs"


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        run = [_dvc_arguments(each) for each in job.commands]
        for step in job.steps:
            for command in step.commands:
                if (why := _loose(_dvc_arguments(command))) and not _made(_dvc_arguments(command), run):
                    keep = "add `--all-commits`, or `--all-branches --all-tags`"
                    deletes = _dvc_arguments(command)[:1] == ("gc",)
                    yield at_command(step, command, why, keep if deletes else _HINT)
        yield from _unpushed_locks(job)


def _dvc_arguments(command: Command) -> tuple[str, ...]:
    words = command.words
    place = words.index("dvc") if "dvc" in words[:5] else None
    return words[place + 1 :] if place is not None and not command.verb else ()


def _loose(words: tuple[str, ...]) -> str:
    if words[:1] == ("freeze",):
        return "a frozen stage never runs again, whatever changes"
    if words[:2] == ("remote", "modify") and words[-2:] == ("verify", "false"):
        return "DVC then checks nothing of what it downloads"
    if words[:2] == ("exp", "run") and {"--temp", "--queue"} & {*words}:
        return "what this makes lies in another folder, and what comes behind looks at the old one"
    given = {_LONG.get(word, word) for word in words[1:]}
    if words[:1] == ("gc",) and (
        {"-A", "--all-commits"} & given or {_WHOLE.get(word, word) for word in given} >= _KEPT
    ):
        return ""
    return next((why for (verb, option), why in _LOOSE.items() if words[:1] == (verb,) and option in given), "")


def _made(words: tuple[str, ...], run: list[tuple[str, ...]]) -> bool:
    """Whether what a command passes over is made in the same job: DVC runs each stage whose results are missing."""
    if words[:1] == ("repro",):
        return "--pull" in words and not {*_LONG, *_LONG.values()} & {*words}
    remade = any(each[:1] == ("repro",) or each[:2] == ("exp", "run") for each in run if "--allow-missing" not in each)
    return "--allow-missing" in words and remade


def _unpushed_locks(job: Job) -> Iterator[Finding]:
    ran = pushed = False
    for step in job.steps:
        for command in step.commands:
            words = _dvc_arguments(command)
            ran |= words[:1] in (("repro",), ("add",), ("commit",), ("exp",)) or command.verb == "run"
            pushed |= words[:1] == ("push",) or (command.verb == "run" and "--push" in command.words)
            adds = command.starts("git", "add") and bool(
                re.search(r"dvc\.lock|\.dvc\b|(^|\s)(\.|-A|--all)(\s|$)", " ".join(command.words))
            )
            if ran and not pushed and adds and any(each.starts("git", "push") for each in job.commands):
                message = "the lock then names files that nobody else can load"
                yield at_command(step, command, message, "run `dvc push` first")
                return
