"""What is live goes when its successor is there.

Between the removal and the new start nothing answers, and where the new version does not come up there is nothing left
to go back to.

Bad:

    jobs:
      deploy:
        steps:
          - run: |
              kubectl delete inferenceservice credit
              kubectl apply -f service.yaml

Good:

    jobs:
      deploy:
        steps:
          - run: |
              kubectl apply -f service.yaml
              kubectl wait --for condition=Ready inferenceservice/credit

Fix: update it in place, or start the new one beside it and remove the old one last.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.environment import environment
from mlops_spec.platforms.github.workflow.roles import plain
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Job, Step, Workflow

CODE = "MS589"
NAME = "interrupted-service"
SEVERITY: Severity = "error"

#: What removes something that answers, and what puts one there again.
_KINDS = (
    (r"(kubectl|oc) (.* )?delete\b", r"(kubectl|oc) (.* )?(apply|create|replace)\b"),
    (r"helm (.* )?(uninstall|delete)\b", r"helm (.* )?(install|upgrade)\b"),
    (r"aws (.* )?sagemaker delete-endpoint(?!-)", r"aws (.* )?sagemaker create-endpoint(?!-)"),
    (r"aws (.* )?ecs delete-service\b", r"aws (.* )?ecs create-service\b"),
    (r"az ml online-(deployment|endpoint) delete\b", r"az ml online-(deployment|endpoint) create\b"),
    (r"gcloud (.* )?run services delete\b", r"gcloud (.* )?run deploy\b"),
    (r"gcloud (.* )?ai endpoints (undeploy-model|delete)\b", r"gcloud (.* )?ai endpoints (deploy-model|create)\b"),
    (r"bentoml (.* )?(deployment )?(delete|terminate)\b", r"bentoml (.* )?(deploy|deployment create)\b"),
    (r"modal app stop\b", r"modal deploy\b"),
    (r"serve shutdown\b", r"serve (deploy|run)\b"),
)
_AT_ONCE = regex(r"(kubectl|oc) (.* )?replace\b.*--force")
# What may go: it answers nobody.
_NO_SERVICE = regex(r"\b(jobs?|cronjobs?|pods?|po|secrets?|configmaps?|cm|pvc|hpa|namespaces?|ns|--dry-run)\b")
_NOT_LIVE = regex(r"preview|review|staging|dev|sandbox|test|\bpr\b|shadow|canary", re.IGNORECASE)


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        if not _NOT_LIVE.search(f"{environment(job)} {job.name}"):
            yield from _of(job)


def _of(job: Job) -> Iterator[Finding]:
    surely = [step for step in job.steps if not re.search(r"failure\(\)|always\(\)|cancelled\(\)", step.condition)]
    commands = [(step, command) for step in surely for command in step.commands]
    for place, (step, command) in enumerate(commands):
        said = plain(command)
        if _AT_ONCE.match(said):
            yield _found(step, command)
        for removes, starts in _KINDS:
            if not re.match(removes, said) or _NO_SERVICE.search(said) or _NOT_LIVE.search(said):
                continue
            again = [plain(each) for _, each in commands[place + 1 :] if re.match(starts, plain(each))]
            before = [plain(each) for _, each in commands[:place] if re.match(starts, plain(each))]
            if again and not before and any(_may_be_same(said, each) for each in again):
                yield _found(step, command)


def _found(step: Step, command: Command) -> Finding:
    message = "what is live goes before its successor is there: in between nothing answers"
    return at_command(step, command, message, "update it in place, or remove the old one last")


def _may_be_same(removed: str, started: str) -> bool:
    names = [
        set(re.findall(r"(?:-f|--filename|--name|--endpoint-name|--service)[ =](\S+)", each))
        for each in (removed, started)
    ]
    return not all(names) or bool(names[0] & names[1])
