"""What `dvc.lock` names is where others can get it.

A lock that is committed without `dvc push` names a model and rows that end with the runner: nobody can check them out,
deploy them, or go back to them.

Bad:

    jobs:
      retrain:
        steps:
          - run: uv run --no-sync dvc add data/rows.csv
          - uses: peter-evans/create-pull-request@271a8d0340265f705b14b6d32b9829c1cb33d45e # v7.0.8
            with: {add-paths: data/rows.csv.dvc}

Good:

    jobs:
      retrain:
        steps:
          - run: uv run --no-sync dvc add data/rows.csv
          - run: uv run --no-sync dvc push
          - uses: peter-evans/create-pull-request@271a8d0340265f705b14b6d32b9829c1cb33d45e # v7.0.8
            with: {add-paths: data/rows.csv.dvc}

Fix: run `dvc push` before the commit is pushed or proposed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.roles import plain
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Job, Step, Workflow

CODE = "MS590"
NAME = "unpushed-data"
SEVERITY: Severity = "error"

_MAKES = regex(r"\bdvc (repro|add|commit|exp run|update|import|import-url|run)\b(?!.*--(dry|to-remote|no-download))")
_PUSHES = regex(r"\bdvc (exp )?push\b|\bmlops-spec run\b.*--push|\bdvc\b.*--push\b")
_HIDDEN = regex(r"^(make|just|task|bash|sh|\./)\b.*(push|upload|publish|store)|push_?(data|dvc)")
_VERSIONED = regex(
    r"dvc\.lock|\.dvc\b|^[ \t]*(\.|-A|--all|-u|\*)?[ \t]*$|(^|\s)(\.|-A|--all|-u|data/?)(\s|$)", re.MULTILINE
)
_PROPOSES = ("peter-evans/create-pull-request", "stefanzweifel/git-auto-commit-action", "endbug/add-and-commit")


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        said = [plain(command) for command in job.commands]
        made = any(_MAKES.search(each) for each in said)
        if made and not any(_PUSHES.search(each) or _HIDDEN.search(each) for each in said):
            yield from _first_commit_of_data(job)


def _first_commit_of_data(job: Job) -> Iterator[Finding]:
    made = False
    for step in job.steps:
        if made and step.uses_action(*_PROPOSES) and _VERSIONED.search(_paths(step)):
            yield Finding(step.place, _WHY, _HINT)
            return
        for command in step.commands:
            made = made or bool(_MAKES.search(plain(command)))
            if made and _records(command):
                yield at_command(step, command, _WHY, _HINT)
                return


_WHY = "this records data and models that only this runner has"
_HINT = "run `dvc push` first"


def _paths(step: Step) -> str:
    names = ("add-paths", "file_pattern", "add")
    return next((text(step.inputs[name]) for name in names if name in step.inputs), "")


def _records(command: Command) -> bool:
    said = plain(command)
    if (added := re.match(r"git (?:-\S+ \S+ )*add\b(.*)", said)) is not None:
        return bool(_VERSIONED.search(added[1]))
    return bool(
        re.match(r"git (?:-\S+ \S+ )*commit\b.*(\s-\w*a\w*\b|--all)", said)
        or re.match(r"cml pr\b.*(dvc\.lock|\.dvc|\s\.)", said)
    )
