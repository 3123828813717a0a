"""Each leg of a matrix trains its own model.

A matrix starts the job once for each value. Where the command that trains names one of them itself, every leg trains
that model, and ships it under the others' names.

Bad:

    on: {workflow_dispatch: {}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        timeout-minutes: 15
        strategy: {matrix: {model: [churn, fraud]}}
        steps:
          - run: uv run --no-sync python -m credit.train --data data/churn/train.parquet

Good:

    on: {workflow_dispatch: {}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        timeout-minutes: 15
        strategy: {matrix: {model: [churn, fraud]}}
        steps:
          - run: uv run --no-sync python -m credit.train --data "data/${MODEL}/train.parquet"
            env: {MODEL: "${{ matrix.model }}"}

Fix: write the value of the matrix in its place.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.roles import trains
from mlops_spec.platforms.github.workflow.typed import items, mapping, text
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS677"
NAME = "idle-matrix"
SEVERITY: Severity = "error"

_VERSION = regex(r"[\d.]+|\w{1,2}|(ubuntu|windows|macos|python|py|cuda|cpu|gpu|true|false).*")


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        matrix = mapping(mapping(job.data.get("strategy")).get("matrix"))
        for key, values in matrix.items():
            legs = [text(each) for each in items(values)]
            if key in ("include", "exclude") or len(legs) < 2 or any(_VERSION.fullmatch(each) for each in legs):
                continue
            for step in job.steps:
                for command in step.commands if f"matrix.{key}" not in step.run else ():
                    parts = {part for word in command.words for part in re.split(r"[/=.]", word)}
                    if trains(command) and len(found := parts & {*legs}) == 1 and "$" not in " ".join(command.words):
                        message = f"each leg trains `{min(found)}`, whatever its `{key}` is"
                        yield at_command(step, command, message, f"write `matrix.{key}` in its place")
