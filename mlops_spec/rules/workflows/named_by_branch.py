"""Who names a branch does not choose the environment.

An environment that nobody has set up is made when a job first names it, without reviewers and without rules. Where it
is called as the branch is, any branch gets one, and deploys.

Bad:

    on: {push: {branches: ["**"]}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        environment: "${{ github.ref_name }}"
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.tell

Good:

    on: {push: {branches: [staging, production]}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        environment: "${{ github.ref_name }}"
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.tell

Fix: name the branches that may start it, or the environment itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.environment import environment
from mlops_spec.platforms.github.workflow.typed import mapping, names
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS681"
NAME = "named-by-branch"
SEVERITY: Severity = "error"

_BY_BRANCH = regex(r"\bgithub\.(ref_name|head_ref|ref|actor)\b")


def check(workflow: Workflow) -> Iterator[Finding]:
    push = workflow.triggers.get("push")
    branches = names(mapping(push).get("branches"))
    any_branch = "push" in workflow.triggers and not (branches and not any("*" in each for each in branches))
    for job in workflow.jobs.values() if any_branch or "pull_request" in workflow.triggers else ():
        stands = environment(job)
        if _BY_BRANCH.search(stands) and not re.search(r"==|!=|&&|\|\|", stands + job.condition):
            message = "any branch gets an environment of its name, which nobody guards"
            yield Finding((*job.address, "environment"), message, "name the branches that may start this")
