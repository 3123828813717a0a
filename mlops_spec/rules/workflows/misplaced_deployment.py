"""A deployment stands in the environment that it changes, by name.

The reviewers, the branches and the secrets of an environment protect the jobs that name it. A job that deploys to
production from another environment, or from one that an expression picks, has passed none of them.

Bad:

    jobs:
      deploy:
        needs: plan
        environment: staging
        steps:
          - run: uv run --no-sync mlops-spec promote ask production --version 1.4.0 --digest "${DIGEST}"

Good:

    jobs:
      deploy:
        needs: plan
        environment: production
        steps:
          - run: uv run --no-sync mlops-spec promote ask production --version 1.4.0 --digest "${DIGEST}"

Fix: write `environment:` with the name that `promote ask` has, without an expression; or in both the same one of the
job's matrix.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.environment import environment, target
from mlops_spec.platforms.github.workflow.flow import callers, jobs_before
from mlops_spec.platforms.github.workflow.options import options, spelled_out
from mlops_spec.platforms.github.workflow.roles import job_releases, releases
from mlops_spec.platforms.github.workflow.several import by_matrix
from mlops_spec.platforms.github.workflow.stage_words import spoken_of
from mlops_spec.platforms.github.workflow.typed import mapping, text
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.command import Command
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Step, Workflow

CODE = "MS514"
NAME = "misplaced-deployment"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job, step, command in workflow.commands("promote ask"):
        asked, stands = target(workflow, job, step, command), environment(job)
        picked = by_matrix(job, step, command.argument())
        if picked and re.sub(r"\s", "", stands) == picked:
            continue  # each job of the matrix stands in the environment that it deploys to
        if not asked:
            hint = "write its name, or set it in `env` without an expression"
            yield at_command(step, command, "which environment this deploys to is known only when it runs", hint)
        elif not stands:
            message = f"this deploys to `{asked}` without its reviewers and rules"
            yield at_command(step, command, message, f"add `environment: {asked}` to the job")
        elif stands != asked:
            message = f"`{asked}` is deployed to from the environment `{stands}`"
            yield Finding((*job.address, "environment"), message, f"write `{asked}`")
    yield from _deployments_by_others(workflow, delivery)


def _deployments_by_others(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        stands, deploys = (
            environment(job),
            [(s, c) for s in job.steps for c in s.commands if not c.verb and releases(c)],
        )
        for step, command in deploys:
            asked = _named_environment(command, workflow, job, step)
            if asked and not stands:
                message = f"this deploys to `{asked}` without its reviewers and rules"
                yield at_command(step, command, message, f"add `environment: {asked}` to the job")
            elif asked and "${{" not in f"{stands}{asked}" and not _is_part_of(stands, asked):
                message = f"`{asked}` is deployed to from the environment `{stands}`"
                yield Finding((*job.address, "environment"), message, f"write `{asked}`")
        if not stands and _goes_live_unasked(workflow, delivery, job):
            message = "this changes production, and stands in no environment, as deployments do elsewhere here"
            yield Finding(job.address, message, "add `environment: production` to the job", at_key=True)
        if deploys and not stands and (asked := _callers_environment(workflow, delivery)):
            message = f"this deploys to `{asked}`, as its caller says, without the reviewers and rules of that"
            yield Finding(job.address, message, "add `environment:` with the input that names it", at_key=True)
        if deploys and stands and (right := _nearest_environment(stands, delivery)):
            message = f"the spec has no environment `{stands}`, and GitHub makes an empty one, without reviewers"
            yield Finding((*job.address, "environment"), message, f"write `{right}`")


def _callers_environment(workflow: Workflow, delivery: Delivery) -> str:
    for _, caller in callers(delivery, workflow):
        given = mapping(caller.data.get("with"))
        for name, value in given.items():
            if name in _ENVIRONMENTS and re.fullmatch(r"prod(uction)?|live", text(value)):
                return text(value)
    return ""


def _goes_live_unasked(workflow: Workflow, delivery: Delivery, job: Job) -> bool:
    """Whether a job releases to production without an environment although such environments are in use."""
    used = [environment(each) for other in delivery.workflows.values() for each in other.jobs.values()]
    if not any(used) or not _means_production(job) or not job_releases(job):
        return False
    waited = [environment(each) for _, each in jobs_before(delivery, workflow, job)]
    beside = [environment(each) for each in workflow.jobs.values() if job_releases(each)]
    return not any(map(_is_production, waited)) and (any(map(_is_production, used)) or any(map(spoken_of, beside)))


def _means_production(job: Job) -> bool:
    if named := spoken_of(f"{job.name} {text(job.data.get('name'))}"):
        return named == {"production"}
    return any(_is_production(" ".join(each.words)) for each in job.commands if not each.verb and releases(each))


def _is_production(said: str) -> bool:
    return spoken_of(said) == {"production"}


_ENVIRONMENTS = ("environment", "env", "target", "stage", "to")


def _named_environment(command: Command, workflow: Workflow, job: Job, step: Step) -> str:
    for name, value in options(command.words):
        if name in _ENVIRONMENTS:
            said = spelled_out(workflow, job, step, value)
            return (
                said if re.fullmatch(r"prod\w*|live|staging", said) and (said != "staging" or environment(job)) else ""
            )
    return "production" if "production" in command.words and not environment(job) else ""


def _is_part_of(one: str, other: str) -> bool:
    return one in other or other in one


def _nearest_environment(stands: str, delivery: Delivery) -> str:
    known = list(delivery.spec.environments) if delivery.spec else []
    if "${{" in stands or stands in known:
        return ""
    close = get_close_matches(stands, known, 1, 0.75)
    begun = [each for each in known if each.startswith(stands) and len(stands) > 2]
    return (close or begun or [""])[0]
