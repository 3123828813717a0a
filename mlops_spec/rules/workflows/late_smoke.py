"""Requests come to a version that has been asked.

Two versions stand beside each other so that the new one can be tried before anybody meets it. Where all traffic goes
to it first, and the test comes then, everybody is the test. A test by the address that all requests go to asks the old
one, as long as the new one gets none.

Bad:

    on: {workflow_dispatch: {}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        environment: production
        timeout-minutes: 15
        steps:
          - run: az ml online-deployment create --name green --endpoint credit --file deploy/green.yml
          - run: az ml online-endpoint update --name credit --traffic "green=100 blue=0"
          - run: curl --fail https://credit.example.org/score --data @tests/request.json

Good:

    on: {workflow_dispatch: {}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        environment: production
        timeout-minutes: 15
        steps:
          - run: az ml online-deployment create --name green --endpoint credit --file deploy/green.yml
          - run: az ml online-endpoint invoke --name credit --deployment-name green --request-file tests/request.json
          - run: az ml online-endpoint update --name credit --traffic "green=100 blue=0"

Fix: ask the new one by its own name or address, and move the traffic then.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.flow import jobs_before
from mlops_spec.platforms.github.workflow.roles import plain
from mlops_spec.platforms.github.workflow.serving import tries
from mlops_spec.platforms.github.workflow.standby import passes_by, standby
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Step, Workflow
    from mlops_spec.platforms.github.workflow.standby import Standby

CODE = "MS690"
NAME = "late-smoke"
SEVERITY: Severity = "error"

#: What moves all requests from one version that runs to another that runs.
_MOVES = regex(
    r"az (.* )?(ml online-endpoint|containerapp ingress traffic|webapp traffic-routing) .*(=100\b|weight[^ ]*=100)"
    r"|gcloud (.* )?run services update-traffic .*(--to-latest|=100\b)|gcloud (.* )?app services set-traffic .*=1\b"
    r"|az (.* )?webapp deployment slot swap|(kubectl|oc) (.* )?patch (svc|service)\b.*(selector|version|colou?r|slot)"
    r"|kubectl argo rollouts promote\b|aws (.* )?elbv2 modify-(listener|rule)\b"
    r"|aws (.* )?sagemaker update-endpoint-weights-and-capacities .*DesiredWeight[=\": ]+[1-9]"
    r"|aws (.* )?lambda update-alias\b(?!.*routing)"
    r"|cf map-route\b"
)
#: What may have tried it already, also by a program that nobody here can read.
_TRIED = regex(
    r"(?<![a-z])(smoke|test|tests|verify|check|health|probe|invoke|canary|sleep|analysis|wait_for|e2e)(?![a-z])",
    re.IGNORECASE,
)


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    told: set[Step] = set()
    for job in workflow.jobs.values():
        yield from _of(job)
        earlier = [each for other, each in jobs_before(delivery, workflow, job) if other is workflow]
        for step, command in _asks_the_old([*reversed(earlier), job]):
            if step not in told:
                told.add(step)
                message = "this is answered by the version that all requests go to, and not by the new one"
                yield at_command(step, command, message, "ask the new one by its own name or address")


def _asks_the_old(jobs: Sequence[Job]) -> list[tuple[Step, Command]]:
    """What asks for an answer while the new version gets no requests, before all of them are moved to it."""
    beside: Standby | None = None
    asked: list[tuple[Step, Command]] = []
    for step in (step for job in jobs for step in job.steps):
        for command in step.commands:
            if begun := standby(command):
                beside = begun
            elif beside and _MOVES.match(said := plain(command)):
                return (
                    [] if beside.name and f"{beside.name}=0" in said else asked
                )  # it was the old one that was changed
            elif beside and tries(step, command) and passes_by(command, beside):
                asked.append((step, command))
    return []


def _of(job: Job) -> Iterator[Finding]:
    moved: tuple[Step, Command] | None = None
    for step in job.steps:
        for command in step.commands:
            asks = tries(step, command)
            if moved and asks:
                message = "all requests go to the new version before anything has asked it"
                yield at_command(*moved, message, "ask it first, then move them")
                return
            said = plain(command)
            if not moved and (asks or _TRIED.search(f"{said} {step.data.get('name')}")):
                return
            if not moved and _MOVES.match(said):
                moved = step, command
