"""A job deploys to one environment, with the rules and the secrets of that one.

Reviewers, branch rules and secrets belong to an environment. A job for production that was copied from that for
staging and kept its `environment`, its role, its cluster or its address passes by production's reviewers, or deploys to
staging and looks as if production had it.

Bad:

    jobs:
      deploy-production:
        environment: staging
        steps:
          - run: aws s3 cp build/model.skops "s3://models-production/${GITHUB_SHA}.skops"

Good:

    jobs:
      deploy-production:
        environment: production
        steps:
          - run: aws s3 cp build/model.skops "s3://models-production/${GITHUB_SHA}.skops"

Fix: name one environment in the job, its role, its secrets and its addresses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import listed
from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.environment import environment
from mlops_spec.platforms.github.workflow.options import options, spelled_out
from mlops_spec.platforms.github.workflow.read import called_path
from mlops_spec.platforms.github.workflow.roles import job_releases
from mlops_spec.platforms.github.workflow.sign_in import identity
from mlops_spec.platforms.github.workflow.stage_words import spoken_of
from mlops_spec.platforms.github.workflow.typed import mapping, text
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Job, Workflow

CODE = "MS598"
NAME = "mixed-environments"
SEVERITY: Severity = "error"

#: Options that say where a command works.
_WHERE = regex(
    r"(kube-?)?context|cluster(-name)?|namespace|endpoint(-name)?|host|target|environment|env|workspace(-name)?|resource-group"
    r"|project|service|stage|profile|url"
)
_SECRET = regex(r"\bsecrets\.(\w+)")


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        yield from _of_call(delivery, job)
        stands = environment(job)
        kind = spoken_of(stands)
        if len(kind) != 1 or "${{" in stands or job.runs("promote ask"):
            continue
        named = spoken_of(f"{job.name} {text(job.data.get('name'))}")
        meant = [(place, each) for place, each in _environments_by_place(workflow, job) if each]
        others = [place for place, each in meant if each.isdisjoint(kind)]
        own = [place for place, each in meant if each & kind]
        if len(named) == 1 and named.isdisjoint(kind) and (others or not own):
            message = f"this is the job for {listed(named)}, and stands in the environment `{stands}`"
            yield Finding((*job.address, "environment"), message, f"write `environment: {min(named)}`")
        elif others and not (named and named.isdisjoint(kind)) and (job_releases(job) or _signs_in(job)):
            other = next(each for place, each in meant if place == others[0])
            message = f"the job stands in `{stands}`, and this is of {listed(other)}"
            yield others[0]._replace(message=message, hint=f"take that of `{stands}`")


def _of_call(delivery: Delivery, job: Job) -> Iterator[Finding]:
    """Where a job that calls a workflow is named for another environment than it gives, or leaves to a default."""
    called = delivery.workflows.get(called_path(job.calls))
    taken = mapping(mapping(called.triggers.get("workflow_call")).get("inputs")) if called else {}
    named = spoken_of(f"{job.name} {text(job.data.get('name'))}")
    given = mapping(job.data.get("with"))
    for name, declared in taken.items() if len(named) == 1 else ():
        value = text(given[name] if name in given else mapping(declared).get("default"))
        other = spoken_of(value) if _WHERE.fullmatch(str(name)) and "${{" not in value else set()
        if len(other) != 1 or not named.isdisjoint(other):
            continue
        if name in given:
            message = f"this is the job for {listed(named)}, and gives `{name}: {value}`"
            yield Finding((*job.address, "with", str(name)), message, f"write `{name}: {min(named)}`")
        else:
            message = f"this is the job for {listed(named)}, and without `{name}` it is `{value}`"
            yield Finding((*job.address, "uses"), message, f"give it `{name}: {min(named)}`")


def _environments_by_place(workflow: Workflow, job: Job) -> Iterator[tuple[Finding, set[str]]]:
    for step in job.steps:
        if role := identity(step):
            name = next(key for key, value in step.inputs.items() if text(value) == role)
            yield Finding((*step.address, "with", name), ""), spoken_of(_account_name(role))
        yield from _secrets((*step.address, "env"), mapping(step.data.get("env")))
        yield from _secrets((*step.address, "with"), step.inputs)
        for command in step.commands:
            said = [
                spelled_out(workflow, job, step, value)
                for name, value in options(command.words)
                if _WHERE.fullmatch(name)
            ]
            said += [spelled_out(workflow, job, step, word) for word in command.words[-1:] if "://" in word]
            if command.words[:1] and command.words[0] in ("kubectl", "helm", "oc"):
                pairs = zip(command.words, command.words[1:], strict=False)
                said += [spelled_out(workflow, job, step, value) for name, value in pairs if name == "-n"]
            if said and (found := spoken_of(" ".join(said))):
                yield at_command(step, command, "", ""), found


def _secrets(place: Address, given: object) -> Iterator[tuple[Finding, set[str]]]:
    for name, value in mapping(given).items():
        for secret in _SECRET.findall(text(value)):
            yield Finding((*place, name), ""), spoken_of(secret)


def _account_name(role: str) -> str:
    return role.rpartition("/")[2].partition("@")[0] if "/" in role or "@" in role else role


def _signs_in(job: Job) -> bool:
    return any(identity(step) for step in job.steps)
