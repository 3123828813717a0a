"""A job gets the secrets that it names.

`secrets: inherit`, `toJSON(secrets)` and `secrets[name]` hand over all that the repository has, today's and those
that somebody adds later for something else.

Bad:

    jobs:
      train:
        steps:
          - run: uv run --no-sync mlops-spec run --push
            env:
              ALL: ${{ toJSON(secrets) }}

Good:

    jobs:
      train:
        steps:
          - run: uv run --no-sync mlops-spec run --push
            env:
              AWS_SECRET_ACCESS_KEY: ${{ secrets.AWS_SECRET_ACCESS_KEY }}

Fix: name each secret: `secrets.NAME`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.expression import expressions
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS539"
NAME = "all-secrets"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        if job.data.get("secrets") == "inherit":
            message = "the called workflow gets every secret of the repository"
            yield Finding((*job.address, "secrets"), message, "name those that it needs")
    for address, value in workflow.document.texts():
        if any(_ALL.search(each) for each in expressions(value)):
            yield Finding(address, "this is every secret of the repository", "name the one that is needed")


_ALL = regex(r"\(\s*secrets\s*\)|\bsecrets\s*\[(?!\s*')", re.IGNORECASE)
