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

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.expression import names_secret
from mlops_spec.platforms.github.workflow.typed import mapping, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Step, Workflow

CODE = "MS538"
NAME = "scattered-secret"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    jobs = [job for job in workflow.jobs.values() if workflow.ours or not all(map(_is_trusted, job.steps))]
    whole = workflow.data if workflow.ours or len(workflow.jobs) > 1 else {}
    for address, part in (((), whole), *((job.address, job.data) for job in jobs)):
        for name, value in mapping(part.get("env")).items():
            # each action can read the job's own token without being given it
            if names_secret(text(value)) or ("github.token" in text(value) and workflow.ours):
                message = f"every step can read `{name}`, each action too"
                yield Finding((*address, "env", name), message, "move it to the `env` of the step that needs it")


def _is_trusted(step: Step) -> bool:
    return not step.uses or bool(re.search(r"^\./|@[0-9a-f]{40}$", step.uses)) or step.uses.startswith("actions/")
