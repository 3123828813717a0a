"""An expression is one that GitHub can read.

GitHub reads every expression of a file before it starts anything. One that is not closed, that quotes a text by `"`, or
calls a function that is not there, with too few arguments, or where it can't be called, ends the whole workflow.

Bad:

    jobs:
      register:
        needs: train
        permissions: {contents: write}
        steps:
          - run: uv run --no-sync mlops-spec register --bundle dist --digest "${DIGEST}"
            env:
              DIGEST: ${{ needs.train.outputs.digest

Good:

    jobs:
      register:
        needs: train
        permissions: {contents: write}
        steps:
          - run: uv run --no-sync mlops-spec register --bundle dist --digest "${DIGEST}"
            env:
              DIGEST: ${{ needs.train.outputs.digest }}

Fix: close it by `}}`, write texts as `'text'`, and call what the page on expressions lists: `hashFiles` in steps alone,
`always()` and its like in `if` alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.references import unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS693"
NAME = "unreadable-expression"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    for address, said in unreadable(workflow.document):
        yield Finding(address, f"GitHub refuses the whole workflow: {said}")
