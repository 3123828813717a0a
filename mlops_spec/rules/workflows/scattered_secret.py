"""A secret is given to the step that needs it.

In the `env` of a job or a workflow every step has it: each action, the installer, and what the project runs.

Bad:

    jobs:
      train:
        env:
          AWS_SECRET_ACCESS_KEY: ${{ secrets.AWS_SECRET_ACCESS_KEY }}
        steps:
          - run: uv run --no-sync mlops-spec run --push

Good:

    jobs:
      train:
        steps:
          - run: uv run --no-sync mlops-spec run --push
            env:
              AWS_SECRET_ACCESS_KEY: ${{ secrets.AWS_SECRET_ACCESS_KEY }}

Fix: move it to the `env` of the step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.rule import Finding
from mlops_spec.workflow.expression import names_secret
from mlops_spec.workflow.shape import mapping, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Severity
    from mlops_spec.workflow import Workflow

CODE = "MS538"
NAME = "scattered-secret"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    for address, part in (((), workflow.data), *((job.address, job.data) for job in workflow.jobs.values())):
        for name, value in mapping(part.get("env")).items():
            if names_secret(text(value)) or "github.token" in text(value):
                message = f"every step can read `{name}`, each action too"
                yield Finding((*address, "env", name), message, "move it to the `env` of the step that needs it")
