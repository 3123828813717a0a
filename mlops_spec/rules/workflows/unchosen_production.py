"""Production is chosen, and never what is left.

An input is empty in each run that nobody started by hand. Where the empty one becomes `production`, every merge or
every night goes live, though the menu looks as if somebody had to pick it.

Bad:

    on:
      push: {branches: [main]}
      workflow_dispatch: {inputs: {target: {type: string}}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        environment: production
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.gate --min-roc-auc 0.76
          - run: uv run --no-sync python -m credit.deploy --target "${TARGET}"
            env:
              TARGET: ${{ inputs.target || 'production' }}

Good:

    on:
      push: {branches: [main]}
      workflow_dispatch: {inputs: {target: {type: string}}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        environment: staging
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.gate --min-roc-auc 0.76
          - run: uv run --no-sync python -m credit.deploy --target "${TARGET}"
            env:
              TARGET: ${{ inputs.target || 'staging' }}

Fix: let what is not chosen be staging.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.environment import environment
from mlops_spec.platforms.github.workflow.flow import events
from mlops_spec.platforms.github.workflow.typed import mapping, text
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Workflow

CODE = "MS667"
NAME = "unchosen-production"
SEVERITY: Severity = "warning"

_LEFT = regex(r"inputs\.[\w-]+\s*\|\|\s*'(?P<left>prod|production|live|prd)'")
_CHOSEN = frozenset(("workflow_dispatch", "workflow_call", "repository_dispatch"))


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    if not events(delivery, workflow) - _CHOSEN:
        return
    for job in workflow.jobs.values():
        environments = {("environment",): environment(job)}
        for part in job.parts:
            settings = {("env", name): text(value) for name, value in mapping(part.data.get("env")).items()}
            for place, value in ((environments if part is job else {}) | settings).items():
                if match := _LEFT.search(value):
                    message = f"a run that nobody started by hand has no such input, and goes to `{match['left']}`"
                    yield Finding((*part.address, *place), message, "let what is not chosen be staging")
