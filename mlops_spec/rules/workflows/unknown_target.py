"""A workflow promotes to environments that the spec has.

A name that the spec does not have has no approvals, no rollout and no agent: the job waits for an outcome that nobody
will report.

Bad:

    jobs:
      propose:
        needs: train
        steps:
          - run: uv run --no-sync mlops-spec promote open prodution --version 1.4.0

Good:

    jobs:
      propose:
        needs: train
        steps:
          - run: uv run --no-sync mlops-spec promote open production --version 1.4.0

Fix: write a name of `environments` in model.yaml.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.document.diagnostic import did_you_mean, listed
from mlops_spec.platforms.github.workflow.environment import target
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Step, Workflow

CODE = "MS548"
NAME = "unknown-target"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    if not delivery.spec:
        return
    rendered = [place for each in delivery.workflows.values() if each.generated for place in _unknown(each, delivery)]
    if workflow.generated and len(rendered) > 1:
        yield from _once(workflow, rendered)
        return
    for place in _unknown(workflow, delivery):
        message = f"no environment is called `{place.asked}`"
        near = did_you_mean(place.asked, delivery.spec.environments)
        yield at_command(place.step, place.command, message, near or "model.yaml has no environments")


class _Place(NamedTuple):
    workflow: Workflow
    job: Job
    step: Step
    command: Command
    asked: str


def _unknown(workflow: Workflow, delivery: Delivery) -> Iterator[_Place]:
    known = delivery.spec.environments if delivery.spec else {}
    for job, step, command in workflow.commands("promote ask", "promote plan", "promote open", "promote close"):
        asked = target(workflow, job, step, command)
        if asked and asked not in known:
            yield _Place(workflow, job, step, command, asked)


def _once(workflow: Workflow, rendered: list[_Place]) -> Iterator[Finding]:
    """Environments that went from the spec are one mistake, wherever the files name them that were rendered before."""
    if workflow is rendered[0].workflow:
        names = listed(dict.fromkeys(place.asked for place in rendered))
        message = f"this was rendered when model.yaml had {names}"
        yield at_command(rendered[0].step, rendered[0].command, message, "run `mlops-spec render`")
