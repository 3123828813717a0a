"""What is recorded is what has happened.

A step that runs by `always()` and writes `success` says it of a deployment that failed as well: whoever looks for what
is live, or for what to go back to, believes it.

Bad:

    jobs:
      deploy:
        environment: production
        timeout-minutes: 15
        steps:
          - if: ${{ always() }}
            run: gh api "repos/${GITHUB_REPOSITORY}/deployments/${DEPLOYMENT}/statuses" -f state=success

Good:

    jobs:
      deploy:
        environment: production
        timeout-minutes: 15
        steps:
          - if: ${{ always() }}
            run: gh api "repos/${GITHUB_REPOSITORY}/deployments/${DEPLOYMENT}/statuses" -f "state=${STATE}"
            env:
              STATE: ${{ job.status }}

Fix: leave the condition out, or record `job.status`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.expression import despite_failure
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS670"
NAME = "false-record"
SEVERITY: Severity = "error"

_SUCCESS = regex(
    r"\b(state|status|result|stage|alias)[=: ]+[\"']?(success|succeeded|deployed|live|passed|approved|active)\b",
    re.IGNORECASE,
)
_RECORDS = regex(
    r"\b(statuses|create\w*Status|deployments?|check-runs|register|registry|ledger|record|mlflow|set-tag|put-item|inventory)\b",
    re.IGNORECASE,
)
_ASKS = regex(r"job\.status|outcome|conclusion|needs\.[\w-]+\.result|\bif\b|case ")


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps:
            despite = despite_failure(step.condition)
            said = f"{step.run}\n{step.inputs}\n{step.data.get('name')}"
            match = _SUCCESS.search(step.run) or _SUCCESS.search(f"{step.inputs}".replace("'", ""))
            asks = _ASKS.search(f"{step.run} {step.condition} {step.data.get('env')} {step.inputs}")
            if match and despite not in ("", "failure()") and _RECORDS.search(said) and not asks:
                message = f"by `{despite}` this is recorded of a run that failed, too"
                place = step.place if "run" in step.data else (*step.address, "with")
                yield Finding(place, message, "record `job.status`", piece=match[0] if match[0] in step.run else "")
