"""A checkout leaves no token behind.

actions/checkout writes the job's token into `.git/config`, where every later step, and whatever the project installs,
can read it and push with it.

Bad:

    jobs:
      train:
        steps:
          - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
            with: {fetch-depth: 0}
          - run: uv run --no-sync mlops-spec run

Good:

    jobs:
      train:
        steps:
          - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
            with: {fetch-depth: 0, persist-credentials: false}
          - run: uv run --no-sync mlops-spec run

Fix: `mlops-spec lint --fix` writes `persist-credentials: false`, but not where the job runs `git push`; our commands
take the token from `GITHUB_TOKEN` of their step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.typed import text
from mlops_spec.rules.workflow_finding import given

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS536"
NAME = "kept-credentials"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps:
            if step.uses_action("actions/checkout") and text(step.inputs.get("persist-credentials")) != "false":
                there = "persist-credentials" in step.inputs
                place = (*step.address, "with", "persist-credentials") if there else (*step.address, "uses")
                message = "the job's token stays in `.git/config` for all that runs later"
                pushes = any("git" in command.words and "push" in command.words for command in job.commands)
                fix = () if pushes else given(step, "persist-credentials", "false")
                yield Finding(place, message, "write `persist-credentials: false`", fix=fix)
