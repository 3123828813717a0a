"""The day is asked once.

A job that is started behind midnight, or anew on the next morning, finds another day than the one before it: what it
looks for by the date is not there, or is the model of another run.

Bad:

    jobs:
      train:
        runs-on: ubuntu-24.04
        timeout-minutes: 60
        steps:
          - run: uv run --no-sync python -m credit.train --out "build/$(date +%F)"
      judge:
        runs-on: ubuntu-24.04
        needs: train
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.gate --model "build/$(date +%F)"

Good:

    jobs:
      train:
        runs-on: ubuntu-24.04
        timeout-minutes: 60
        steps:
          - run: uv run --no-sync python -m credit.train --out "build/${GITHUB_RUN_ID}"
      judge:
        runs-on: ubuntu-24.04
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
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS669"
NAME = "divided-day"
SEVERITY: Severity = "error"

_DATE = r"\$\(date( -u| --utc)? [\"']?\+[\"']?[%\w-]+[\"']?\)"
_DAY = regex(rf"[\w./:$-]*{_DATE}[\w./-]*")
_KEPT = regex(rf"^[ \t]*(?:export )?(?P<name>\w+)=[\"']?(?P<day>{_DATE})[\"']?[ \t]*$", re.MULTILINE)


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for before in (workflow.jobs[name] for name in job.needs if name in workflow.jobs):
            asked = {path for step in before.steps for path in _paths_of_day(step.run)}
            for step in job.steps:
                for path, piece in _paths_of_day(step.run).items():
                    if path in asked:
                        message = f"`{before.name}` has asked for the day too, and it may have been another"
                        yield Finding(step.place, message, "hand it on as an output", piece=piece)


def _paths_of_day(script: str) -> dict[str, str]:
    """The paths with the day in them, spelled out, and for each what stands in the script."""
    spelled, pieces = script, {}
    for kept in _KEPT.finditer(script):
        pieces[kept["day"]] = kept[0].strip()
        for written in (f"${kept['name']}", f"${{{kept['name']}}}"):
            spelled = spelled.replace(written, kept["day"])
    paths = [found[0] for found in _DAY.finditer(spelled) if "/" in found[0]]
    return {path: next((piece for day, piece in pieces.items() if day in path), path) for path in paths}
