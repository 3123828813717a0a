"""A test behind a rollout asks what was rolled out.

`localhost` is the runner. What answers there is a container that the job itself has started, or nothing that was
deployed: the new version in the cluster may be down, and the test is green.

Bad:

    on: {workflow_dispatch: {}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        environment: production
        timeout-minutes: 15
        steps:
          - run: |
              kubectl set image deployment/credit server="acme/credit@${DIGEST}"
              kubectl rollout status deployment/credit --timeout 5m
          - run: curl --fail http://localhost:8080/health

Good:

    on: {workflow_dispatch: {}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        environment: production
        timeout-minutes: 15
        steps:
          - run: |
              kubectl set image deployment/credit server="acme/credit@${DIGEST}"
              kubectl rollout status deployment/credit --timeout 5m
          - run: curl --fail https://credit.example.org/health

Fix: ask the address of the environment, or reach it by `kubectl port-forward`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.options import spelled_out
from mlops_spec.platforms.github.workflow.roles import plain
from mlops_spec.platforms.github.workflow.runner import own_machine
from mlops_spec.platforms.github.workflow.serving import rolls_out, tries
from mlops_spec.platforms.github.workflow.typed import mapping, text
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.jobs import Job, Step, Workflow

CODE = "MS685"
NAME = "asked-runner"
SEVERITY: Severity = "error"

_HERE = regex(r"(?<![\w.-])(localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?![\w.])")
#: What brings the deployed one to the runner, or a cluster that is on it.
_BROUGHT = regex(
    r"port-forward|kubectl proxy|\bssh\b|services proxy|\bkind\b|minikube|\bk3[sd]\b|microk8s|telepresence|tunnel"
    r"|cloudflared|ngrok|setup-minikube|kind-action|localstack|docker[ -]compose|docker stack|rancher|start-session"
)


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        if not own_machine(job) and not _BROUGHT.search(" ".join(f"{step.run} {step.uses}" for step in job.steps)):
            yield from _of(workflow, job)


def _addresses(step: Step) -> Iterator[str]:
    """What the step's own variables say where to ask."""
    return (text(value) for value in mapping(step.data.get("env")).values() if "://" in text(value))


def _of(workflow: Workflow, job: Job) -> Iterator[Finding]:
    rolled_out = False
    for step in job.steps:
        for command in step.commands:
            said = f"{spelled_out(workflow, job, step, plain(command))} {' '.join(_addresses(step))}"
            if rolls_out(command):
                rolled_out = True
            elif rolled_out and tries(step, command) and (here := _HERE.search(said)):
                message = f"`{here[1]}` is the runner, and what was rolled out is elsewhere"
                yield at_command(step, command, message, "ask the address of the environment")
