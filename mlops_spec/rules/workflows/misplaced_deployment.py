"""A deployment stands in the environment that it changes, by name.

The reviewers, the branches and the secrets of an environment protect the jobs that name it. A job that deploys to
production from another environment, or from one that an expression picks, has passed none of them.

Bad:

    jobs:
      deploy:
        needs: plan
        environment: staging
        steps:
          - run: uv run --no-sync mlops-spec promote ask production --version 1.4.0 --digest "${DIGEST}"

Good:

    jobs:
      deploy:
        needs: plan
        environment: production
        steps:
          - run: uv run --no-sync mlops-spec promote ask production --version 1.4.0 --digest "${DIGEST}"

Fix: write `environment:` with the name that `promote ask` has, without an expression.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.rule import Finding
from mlops_spec.workflow.place import at_command
from mlops_spec.workflow.where import environment, target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Severity
    from mlops_spec.workflow import Workflow

CODE = "MS514"
NAME = "misplaced-deployment"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    for job, step, command in workflow.commands("promote ask"):
        asked, stands = target(workflow, job, step, command), environment(job)
        if not asked:
            hint = "write its name, or set it in `env` without an expression"
            yield at_command(step, command, "which environment this deploys to is known only when it runs", hint)
        elif not stands:
            message = f"this deploys to `{asked}` without its reviewers and rules"
            yield at_command(step, command, message, f"add `environment: {asked}` to the job")
        elif stands != asked:
            message = f"`{asked}` is deployed to from the environment `{stands}`"
            yield Finding((*job.address, "environment"), message, f"write `{asked}`")
