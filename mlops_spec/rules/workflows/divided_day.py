"""The day is asked once.

A job that is started behind midnight, or anew on the next morning, finds another day than the one before it: what it
looks for by the date is not there, or is the model of another run.

Bad:

    jobs:
      train:
        timeout-minutes: 60
        steps:
          - run: uv run --no-sync python -m credit.train --out "build/$(date +%F)"
      judge:
        needs: train
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.gate --model "build/$(date +%F)"

Good:

    jobs:
      train:
        timeout-minutes: 60
        steps:
          - run: uv run --no-sync python -m credit.train --out "build/${GITHUB_RUN_ID}"
      judge:
        needs: train
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.gate --model "build/${GITHUB_RUN_ID}"

Fix: name it by the run, or ask in the first job and hand the answer on as an output.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS669"
NAME = "divided-day"
SEVERITY: Severity = "error"

_DAY = re.compile(r"[\w./:$-]*\$\(date( -u| --utc)? [\"']?\+[\"']?[%\w-]+[\"']?\)[\w./-]*")


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for before in (workflow.jobs[name] for name in job.needs if name in workflow.jobs):
            asked = {match[0] for step in before.steps for match in _DAY.finditer(step.run) if "/" in match[0]}
            for step in job.steps:
                for match in _DAY.finditer(step.run):
                    if match[0] in asked:
                        message = f"`{before.name}` has asked for the day too, and it may have been another"
                        yield Finding(step.place, message, "hand it on as an output", piece=match[0])
