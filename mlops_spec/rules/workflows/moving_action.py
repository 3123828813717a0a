"""An action is the commit that was read.

A tag can be moved to other code by whoever owns the action, or has stolen the account (tj-actions in 2025). Only a
commit is what it was.

Bad:

    jobs:
      train:
        steps:
          - uses: astral-sh/setup-uv@v10
          - run: uv run --no-sync mlops-spec run

Good:

    jobs:
      train:
        steps:
          - uses: astral-sh/setup-uv@20cfd1bf945f4377ade1205e4dbc17946fc9a30d # v10.0.1
          - run: uv run --no-sync mlops-spec run

Fix: write the commit's 40 digits, and the version as a comment behind them; of the actions that rendered workflows
use, `mlops-spec lint --fix` knows them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Change, Finding
from mlops_spec.platforms.github.pins import pinned
from mlops_spec.platforms.github.workflow.read import called_path
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import comment_behind, with_comment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS526"
NAME = "moving-action"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for part in job.parts:
            uses = text(part.data.get("uses"))
            if uses and not called_path(uses) and not _FIXED.search(uses):
                place, message = (*part.address, "uses"), f"`{uses}` is whatever stands there tomorrow"
                hint = "write the commit, and the version as a comment"
                yield Finding(place, message, hint, fix=_known_commit(workflow, place, uses))


def _known_commit(workflow: Workflow, place: Address, uses: str) -> tuple[Change, ...]:
    name, _, tag = uses.partition("@")
    action = pinned(name)
    if not action or not f"{action.version}.".startswith(f"{tag}."):
        return ()
    if comment_behind(workflow.document, place):
        return (Change(place, action.ref),)
    return with_comment(workflow.document, place, action.ref, action.version)


_FIXED = regex(r"^[^@]+@([0-9a-f]{40}|[0-9a-f]{64})$|@sha256:[0-9a-f]{64}$")
