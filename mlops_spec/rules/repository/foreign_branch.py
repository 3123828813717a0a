"""The branch that is released from is the one that the repository calls its default.

The workflows wait for pull requests into `branch`, and for what is merged there. GitHub starts schedules from the
default branch alone, and agents follow it. Where the two differ, all is green and nothing ever runs.

Bad:

    branch: main
    # .git/refs/remotes/origin/HEAD
    ref: refs/remotes/origin/trunk

Good:

    branch: trunk
    # .git/refs/remotes/origin/HEAD
    ref: refs/remotes/origin/trunk

Fix: write the default branch into `branch`, then run `mlops-spec render`. Where your clone is behind what GitHub says,
`git remote set-head origin --auto` asks again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS820"
NAME = "foreign-branch"
SEVERITY: Severity = "error"


def check(spec: Spec, document: Document, repository: Repository) -> Iterator[Finding]:
    default = repository.origin.branch
    if not default or default == spec.branch:
        return
    message = f"the workflows wait for `{spec.branch}`, but the repository's default branch is `{default}`"
    written = isinstance(document.data, dict) and "branch" in document.data
    yield Finding(("branch",) if written else ("model",), message, f"write `branch: {default}`", at_key=not written)
