"""A pull request gets no secret.

The code of a pull request runs before anybody has read it. A secret in its job, or an environment that holds some, is
its author's. What `storage` in the spec lets pull requests read by is given in the environment `reading` alone.

Bad:

    on: {pull_request: {branches: [main]}}
    jobs:
      train:
        steps:
          - run: uv run --no-sync mlops-spec run
            env:
              AWS_SECRET_ACCESS_KEY: ${{ secrets.AWS_SECRET_ACCESS_KEY }}

Good:

    on: {pull_request: {branches: [main]}}
    jobs:
      train:
        steps:
          - run: uv run --no-sync mlops-spec run

Fix: let pull requests read public data or a sample in Git; what needs a secret runs after the merge.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.environment import environment
from mlops_spec.platforms.github.workflow.expression import expressions, keeps_pull_requests_out
from mlops_spec.platforms.github.workflow.flow import pull_request_jobs
from mlops_spec.platforms.github.workflow.sign_in import readable_secrets
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Workflow

CODE = "MS517"
NAME = "secret-in-pull-request"
SEVERITY: Severity = "error"

_IN_STEP = 5  # parts of an address that is within a step


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    reached = {job.name: job for job in pull_request_jobs(delivery, workflow)}
    for address, value in workflow.document.texts() if reached else ():
        elsewhere = address[:1] == ("jobs",) and address[1:2] and address[1] not in reached
        elsewhere = elsewhere or _is_excluded(address, reached, delivery.main)
        known = readable_secrets(delivery.spec, reached[str(address[1])]) if _in_job(address) and not elsewhere else ()
        if not elsewhere and any(_named_secrets(each) - set(known) for each in expressions(value)):
            hint = "run what needs it after the merge"
            yield Finding(address, "the code of a pull request can read this secret", hint)
    for job in reached.values():
        if environment(job) and not readable_secrets(delivery.spec, job):
            message = f"the code of a pull request can read the secrets of `{environment(job)}`"
            yield Finding((*job.address, "environment"), message, "run what needs them after the merge")


def _is_excluded(address: Address, jobs: Mapping[str, Job], main: str) -> bool:
    if address[:1] != ("jobs",) or address[2:3] != ("steps",) or len(address) < _IN_STEP:
        return False
    return keeps_pull_requests_out(jobs[str(address[1])].steps[int(address[3])].condition, main)


def _in_job(address: Address) -> bool:
    return address[:1] == ("jobs",) and bool(address[1:2])


def _named_secrets(expression: str) -> set[str]:
    return {found[1] or "" for found in _SECRET.finditer(expression)}


_SECRET = regex(r"\bsecrets\.(?!GITHUB_TOKEN\b)(\w+)|\bsecrets\[", re.IGNORECASE)
