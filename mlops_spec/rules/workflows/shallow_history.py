"""Commands that read history have one.

Versions are tags, and what a version was made from stands in earlier commits. A checkout of one commit has neither, so
a plan compares with nothing, and what is pushed names no version before it.

Bad:

    jobs:
      train:
        steps:
          - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
            with: {persist-credentials: false}
          - run: uv run --no-sync mlops-spec run --push

Good:

    jobs:
      train:
        steps:
          - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
            with: {persist-credentials: false, fetch-depth: 0}
          - run: uv run --no-sync mlops-spec run --push

Fix: `mlops-spec lint --fix` writes `fetch-depth: 0`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.release import RELEASING
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import given
from mlops_spec.system.digits import number_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Job, Workflow

CODE = "MS546"
NAME = "shallow-history"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        fetched = any(command.starts("git", "fetch") for command in job.commands)
        verb = next((command.verb for command in job.commands if _reads_history(command)), "")
        verb = verb or next(
            (each for command in job.commands if not fetched and (each := _history_comparison(command))), ""
        )
        for step in job.steps if verb else ():
            depth = text(step.inputs.get("fetch-depth")) or "1"
            if step.uses_action("actions/checkout") and depth != "0" and not _reaches(job, depth):
                there = "fetch-depth" in step.inputs
                place = (*step.address, "with", "fetch-depth") if there else (*step.address, "uses")
                fix = given(step, "fetch-depth", "0")
                yield Finding(
                    place, f"`{verb}` finds no tags and no earlier commits", "write `fetch-depth: 0`", fix=fix
                )


_BACK = regex(r"\bHEAD(?:~(?P<steps>\d{1,4})?|(?P<carets>\^{1,9}))(?![\w^~])")


def _reaches(job: Job, depth: str) -> bool:
    """Whether a checkout of so many commits holds all that the job looks back to, by `HEAD~1` and the like alone."""
    asking = [" ".join(command.words) for command in job.commands if _history_comparison(command)]
    fetched = number_of(depth)
    if not asking or fetched is None or not all(map(_BACK.search, asking)):
        return False
    found = [each for said in asking for each in _BACK.finditer(said)]
    return max(len(each["carets"] or "") or int(each["steps"] or 1) for each in found) < fetched


def _history_comparison(command: Command) -> str:
    words = command.words
    place = words.index("dvc") if "dvc" in words[:5] else None
    rest = words[place + 1 :] if place is not None else ()
    diffs = rest[1:2] == ("diff",) and rest[0] in ("metrics", "params", "plots")
    other = [word for word in rest[2:] if not word.startswith("-") and word not in ("HEAD", "workspace")]
    if diffs and other:
        return f"dvc {rest[0]} diff"
    named = command.starts("git", "merge-base") or command.starts("git", "describe")
    ranged = (command.starts("git", "diff") or command.starts("git", "log")) and any(
        word.startswith("origin/") or ".." in word for word in words[2:3]
    )
    return " ".join(words[:2]) if named or ranged or _reads_log(words) else ""


def _reads_log(words: tuple[str, ...]) -> bool:
    if words[:1] != ("git",):
        return False
    verb, rest = words[1:2], words[2:]
    if verb == ("log",):
        dated = any(re.match(r"--(since|after|follow)\b", word) for word in rest)
        return dated or ("--" in rest and rest[-1] not in ("--", "."))
    return verb in (("blame",), ("shortlog",)) or (verb == ("rev-list",) and "--count" in rest)


def _reads_history(command: Command) -> bool:
    """Whether it looks at tags and earlier commits; `gate` and `run` fetch the ledger themselves."""
    return command.verb in _READS_HISTORY or (command.verb == "run" and command.option("--push") is not None)


_READS_HISTORY = (
    *RELEASING,
    "record",
    "plan",
    "audit verify",
    "promote plan",
    "promote open",
    "promote close",
    "monitor",
)
