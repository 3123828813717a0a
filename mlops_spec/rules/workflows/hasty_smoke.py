"""A new version is asked when it is there.

`kubectl set image`, `aws ecs update-service` and the like return at once. A test right behind them is answered by the
old version, and one that never starts is reported as deployed.

Bad:

    jobs:
      deploy:
        steps:
          - run: kubectl set image deployment/credit credit="${IMAGE}"
          - run: curl --fail https://credit.example.org/health

Good:

    jobs:
      deploy:
        steps:
          - run: |
              kubectl set image deployment/credit credit="${IMAGE}"
              kubectl rollout status deployment/credit --timeout 5m
          - run: curl --fail https://credit.example.org/health

Fix: wait for the rollout before the test, by the command that the hint names.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.roles import plain
from mlops_spec.platforms.github.workflow.serving import tries
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command, called

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Job, Step, Workflow

CODE = "MS588"
NAME = "hasty-smoke"
SEVERITY: Severity = "error"

#: Commands that return before the new version answers; what in them or behind them waits; and what would.
_STARTS = (
    (
        r"(kubectl|oc) (.* )?(set image|apply|patch|rollout restart|replace)\b",
        r"rollout status|(kubectl|oc) (.* )?wait\b|kubectl (.* )?get .*(-w|--watch)",
        "kubectl rollout status",
    ),
    (r"helm (.* )?(upgrade|install)\b", r"--wait|--atomic|rollout status|kubectl (.* )?wait\b", "--wait"),
    (r"aws (.* )?ecs update-service\b", r"ecs wait services-stable", "aws ecs wait services-stable"),
    (
        r"aws (.* )?lambda update-function",
        r"lambda wait function-updated|--publish",
        "aws lambda wait function-updated",
    ),
    (
        r"aws (.* )?sagemaker (update|create)-endpoint(?!-)",
        r"sagemaker wait endpoint-in-service",
        "aws sagemaker wait endpoint-in-service",
    ),
    (r"gcloud (.* )?run (deploy|services update)\b.*--async\b", r"run services describe", "leave `--async` out"),
    (r"argocd app (sync|set)\b", r"argocd app wait", "argocd app wait"),
    (r"\S+ .*--no-wait\b", r"(?!)", "leave `--no-wait` out"),
)
# Waiting for a time, or until something is so, is waiting.
_WAITS = regex(r"^(sleep|until|while|timeout|wait)\b|\bwait-for\b|wait_for")
_NOTHING_RUNS = regex(r"--dry-run|(?<!-)\bnamespace|secret|configmap|\bjobs?[/ .]|crd|rbac|-preview")


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        yield from _of(workflow, job)


def _of(workflow: Workflow, job: Job) -> Iterator[Finding]:
    started: tuple[Step, Command, str] | None = None
    waits = re.compile("")
    for step in job.steps:
        if re.search(r"^[ \t]*(until|while)\b", step.run, re.MULTILINE):
            started = None
        for command in step.commands:
            said = plain(command)
            if started and (waits.search(said) or _WAITS.search(said)):
                started = None
            elif started and tries(step, command):
                yield _found(*started, "so the test behind it asks the old version")
                return
            if (kind := _rollout_started(said)) is not None:
                _, wait, hint = kind
                waits = re.compile(wait)
                started = step, command, hint
        if started and _CHECKS.search(f"{step.uses} {step.data.get('name')}"):
            started = None
    if started and _leaves_rollout(workflow, job, started[1]):
        yield _found(*started, "and one that never starts is reported as deployed")


def _found(step: Step, command: Command, hint: str, why: str) -> Finding:
    return at_command(
        step,
        command,
        f"{called(command)} does not wait, {why}",
        hint if hint.startswith("leave") else f"wait first: `{hint}`",
    )


#: Rollouts that nothing else looks at, as against files of which nobody knows what they hold.
_ROLLS = regex(
    r"(kubectl|oc) (.* )?(set image|rollout restart)\b|helm (.* )?upgrade\b|aws (.* )?ecs update-service\b"
    r"|aws (.* )?sagemaker update-endpoint(?!-)|gcloud (.* )?run (deploy|services update)\b.*--async"
    r"|az (.* )?(ml online-deployment|containerapp|webapp)\b.*--no-wait"
)
_CHECKS = regex(r"\b(smoke|health|verify|wait|probe|rollout)", re.IGNORECASE)


def _leaves_rollout(workflow: Workflow, job: Job, command: Command) -> bool:
    later = [each for each in workflow.jobs.values() if job.name in each.needs]
    looks = any(_CHECKS.search(f"{each.name} {each.data.get('name')} {list(each.commands)!s:.20000}") for each in later)
    return bool(_ROLLS.match(plain(command))) and not looks


def _rollout_started(said: str) -> tuple[str, str, str] | None:
    """The kind of a command that starts a rollout and returns; None where it waits, or is none."""
    if _NOTHING_RUNS.search(said):
        return None
    return next((kind for kind in _STARTS if re.match(kind[0], said) and not re.search(kind[1], said)), None)
