"""An action is the commit that was read.

A tag can be moved to other code by whoever owns the action, or has stolen the account (tj-actions in 2025). Only a
commit is what it was.

Bad:

    jobs:
      train:
        steps:
          - uses: actions/setup-python@v6
          - run: uv run --no-sync mlops-spec run

Good:

    jobs:
      train:
        steps:
          - uses: actions/setup-python@e797f83bcb11b83ae66e0230d6156d7c80228e7c # v6.0.0
          - run: uv run --no-sync mlops-spec run

Fix: write the commit's 40 digits, and the version as a comment behind them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.rule import Finding
from mlops_spec.workflow.read import called_path
from mlops_spec.workflow.shape import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Severity
    from mlops_spec.workflow import Workflow

CODE = "MS526"
NAME = "moving-action"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for part in job.parts:
            uses = text(part.data.get("uses"))
            if uses and not called_path(uses) and not _FIXED.search(uses):
                message = f"`{uses}` is whatever stands there tomorrow"
                yield Finding((*part.address, "uses"), message, "write the commit, and the version as a comment")


_FIXED = re.compile(r"^[^@]+@([0-9a-f]{40}|[0-9a-f]{64})$|@sha256:[0-9a-f]{64}$")
