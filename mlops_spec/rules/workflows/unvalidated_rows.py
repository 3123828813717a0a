"""What was validated is what is learned from.

A check of last month's file says nothing of this month's. The path of the one was moved on, that of the other was
forgotten, and the check is green whatever the new rows hold.

Bad:

    jobs:
      train:
        steps:
          - run: uv run --no-sync python -m credit.validate --data data/2026-09.parquet
          - run: uv run --no-sync python -m credit.train --data data/2026-10.parquet --out build/model

Good:

    jobs:
      train:
        steps:
          - run: uv run --no-sync python -m credit.validate --data data/2026-10.parquet
          - run: uv run --no-sync python -m credit.train --data data/2026-10.parquet --out build/model

Fix: name the file once, in `env`, and use it in both.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.dataflow import holds_rows, uses
from mlops_spec.platforms.github.workflow.roles import tests, trains
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.dataflow import Use
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS694"
NAME = "unvalidated-rows"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        flow = uses(workflow, job)
        learned = {path for use in flow if use.command and trains(use.command) for path in _rows(use)}
        checked = [use for use in flow if use.command and tests(use.command) and not trains(use.command)]
        looked_at = {path for use in checked for path in _rows(use)}
        for use in checked:
            for path in _rows(use):
                other = next((each for each in learned - looked_at if _differs_in_numbers(path, each)), "")
                if use.command and other and path not in learned:
                    message = f"this validates `{path}`, and the training reads `{other}`"
                    yield at_command(use.step, use.command, message, f"validate `{other}`")


def _rows(use: Use) -> list[str]:
    return [path for path in use.reads if holds_rows(path)]


def _differs_in_numbers(one: str, other: str) -> bool:
    """Whether two paths are alike but for a day, a month or a version in them."""
    return one != other and re.sub(r"\d+", "0", one) == re.sub(r"\d+", "0", other)
