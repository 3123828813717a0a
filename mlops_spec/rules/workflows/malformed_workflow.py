"""A workflow has the form that GitHub reads: its keys, those that must be there, and the types of their values.

GitHub checks a file as a whole: for one key that it does not know it starts none of the jobs, on no event, and says so
only on the page of the run. A gate in such a file gates nothing.

Bad:

    jobs:
      train:
        runs-on: ubuntu-24.04
        timeout-minutes: two hours
        permissions: {contents: read}
        steps:
          - run: uv run --no-sync mlops-spec run --push

Good:

    jobs:
      train:
        runs-on: ubuntu-24.04
        timeout-minutes: 120
        permissions: {contents: read}
        steps:
          - run: uv run --no-sync mlops-spec run --push

Fix: write the key that is meant, a value of its type, or take it out: a job that calls a workflow has no `runs-on`,
`environment`, `env`, `timeout-minutes` and `steps`, which belong into the called one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.form import unfit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS692"
NAME = "malformed-workflow"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    for each in unfit(workflow.document.data):
        message = f"GitHub refuses the whole workflow: {each.said}"
        yield Finding(each.address, message, each.hint, at_key=each.at_key)
