"""What was rolled out is what is waited for.

`kubectl rollout status` of a deployment that nobody changed is done at once. The one that was changed may not start at
all, and the job is green.

Bad:

    on: {workflow_dispatch: {}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        environment: production
        timeout-minutes: 15
        steps:
          - run: |
              kubectl set image deployment/credit-api server="acme/credit@${DIGEST}"
              kubectl rollout status deployment/credit-worker --timeout=5m

Good:

    on: {workflow_dispatch: {}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        environment: production
        timeout-minutes: 15
        steps:
          - run: |
              kubectl set image deployment/credit-api server="acme/credit@${DIGEST}"
              kubectl rollout status deployment/credit-api --timeout=5m

Fix: name the deployment whose image was set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.jobs import Job, Workflow

CODE = "MS673"
NAME = "other-rollout"
SEVERITY: Severity = "error"

_KIND = regex(r"(deployments?|deploy|statefulsets?|sts|daemonsets?|ds)(\.apps)?(?:/|$)")
_OTHERWISE = ("apply", "patch", "replace", "create", "edit", "scale", "restart", "env")


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        used = [(step, command) for step in job.steps for command in step.commands if command.starts("kubectl")]
        changed = {_named(command.words) for _, command in used if {"set", "image"} <= {*command.words}}
        asked = {_named(command.words) for _, command in used if {"rollout", "status"} <= {*command.words}}
        if not changed or "" in changed | asked or changed <= asked or _changes_otherwise(job):
            continue
        for step, command in used:
            if {"rollout", "status"} <= {*command.words} and (other := _named(command.words)) not in changed:
                message = f"the image of `{min(changed)}` is set, and `{other}` is waited for"
                yield at_command(step, command, message, f"wait for `{min(changed)}`")


def _changes_otherwise(job: Job) -> bool:
    words = [{*command.words} for command in job.commands]
    return any(({"kubectl"} & each and {*_OTHERWISE} & each) or {"helm", "kustomize"} & each for each in words)


def _named(words: tuple[str, ...]) -> str:
    """The name of the deployment that a command is about, as `deployment/NAME` or in two words."""
    for place, word in enumerate(words):
        if found := _KIND.match(word):
            rest = word[found.end() :]
            return rest or (words[place + 1] if place + 1 < len(words) else "")
    return ""
