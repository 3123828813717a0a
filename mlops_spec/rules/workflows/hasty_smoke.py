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

from mlops_spec.workflow.live import tries
from mlops_spec.workflow.place import at_command, called
from mlops_spec.workflow.roles import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.diagnostic import Severity
    from mlops_spec.rule import Finding
    from mlops_spec.workflow import Job, Workflow

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
    (r"argocd app (sync|set)\b", r"argocd app wait", "argocd app wait"),
    (r"\S+ .*--no-wait\b", r"(?!)", "leave `--no-wait` out"),
)
# Waiting for a time, or until something is so, is waiting.
_WAITS = re.compile(r"^(sleep|until|while|timeout|wait)\b|\bwait-for\b|wait_for")
_NOTHING_RUNS = re.compile(r"--dry-run|namespace|secret|configmap|\bjobs?[/ .]|crd|rbac|-preview")


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        yield from _of(job)


def _of(job: Job) -> Iterator[Finding]:
    started: Finding | None = None
    waits = re.compile("")
    for step in job.steps:
        if re.search(r"^[ \t]*(until|while)\b", step.run, re.MULTILINE):
            started = None
        for command in step.commands:
            said = plain(command)
            if started and (waits.search(said) or _WAITS.search(said)):
                started = None
            elif started and tries(step, command):
                yield started
                return
            if (kind := _starts(said)) is not None:
                _, wait, hint = kind
                waits = re.compile(wait)
                message = f"{called(command)} does not wait, so the test behind it asks the old version"
                started = at_command(step, command, message, f"wait first: `{hint}`")


def _starts(said: str) -> tuple[str, str, str] | None:
    """The kind of a command that starts a rollout and returns; None where it waits, or is none."""
    if _NOTHING_RUNS.search(said):
        return None
    return next((kind for kind in _STARTS if re.match(kind[0], said) and not re.search(kind[1], said)), None)
