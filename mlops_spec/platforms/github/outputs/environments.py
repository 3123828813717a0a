"""The path of a version: from the merge to the first environments, and from each to the next."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.spec.environments import Batch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlops_spec.spec import Spec
    from mlops_spec.spec.environments import Environment
    from mlops_spec.spec.shared import Shared

# Beyond what shadow and canary are watched: the agent's next look at the repository, the download, loading and warming.
SLACK_MINUTES = 15


@dataclass(frozen=True)
class Proposal:
    """A job that opens the promotion into the next environment, and the one that checks what no App opened."""

    environment: str
    job: str
    title: str
    check: str


@dataclass(frozen=True)
class Scored:
    """An environment whose batches a workflow scores."""

    environment: str
    schedule: str | None
    runner: str

    @property
    def workflow(self) -> str:
        return f"mlops-score-{self.environment}"

    @property
    def title(self) -> str:
        return f"Score what is due in {self.environment}"

    @property
    def plans(self) -> str:
        """In which one plan of several models waits for another."""
        return f"{self.workflow}-plan"

    @property
    def scored_by(self) -> str:
        """The workflow, as a job calls it."""
        return f"$/.github/workflows/{self.workflow}.yml"

    @property
    def scores(self) -> str:
        """The job that calls it after a merge or a promotion."""
        return f"score-{self.environment}"

    @property
    def takes_over(self) -> str:
        return f"Compare on the same input, take over in {self.environment}, and score"


@dataclass(frozen=True)
class Deployment:
    """A job that asks for a version in an environment and waits for the agent's answer."""

    environment: str
    job: str
    title: str
    follows_merge: bool
    asks_teams: bool  # whether somebody may approve as a member of a team
    wait: str  # as `promote ask --wait` reads it
    minutes: int  # the job's limit
    scored: Scored | None  # what answers; None where an agent is waited for
    proposals: tuple[Proposal, ...]

    @property
    def records(self) -> str:
        return f"record-{self.environment}"

    @property
    def outcome(self) -> str:
        return f"Record the outcome in {self.environment}, whatever it was"


def deployments(spec: Spec) -> dict[str, Deployment]:
    """The deployment of each environment by its name, in the spec's order."""
    return {name: _deployment(name, environment, spec) for name, environment in spec.environments.items()}


def watched(environment: Environment) -> int:
    """Minutes until an environment's agent has answered for a version, at the latest."""
    return SLACK_MINUTES + math.ceil(environment.rollout.lasts / 60)


def waiting(environments: Iterable[Environment]) -> dict[str, str | int]:
    """How a job of a matrix waits for their agents: as `promote ask --wait` reads it, and its own limit in minutes.

    Nothing is waited for where a workflow scores, which the job is followed by.
    """
    minutes = max((watched(each) for each in environments if not _runner(each)), default=0)
    return {"wait": f"{minutes}m" if minutes else "", "minutes": minutes + SLACK_MINUTES}


def scored_here(name: str, environment: Environment) -> Scored | None:
    """How a workflow scores in an environment; None where none does."""
    runner = _runner(environment)
    return Scored(name, environment.schedule, runner) if runner and isinstance(environment, Batch) else None


def _runner(environment: Environment) -> str:
    """Of the workflow that scores; empty where an agent answers."""
    return (environment.runner or "") if isinstance(environment, Batch) else ""


def scored_in(shared: Shared) -> tuple[Scored, ...]:
    """Where workflows score the models of a repository of many, however many have that environment."""
    each = shared.environments.items()
    return tuple(Scored(name, place.schedule, place.runner) for name, place in each if place.runner)


def asks_teams(environment: Environment, spec: Spec) -> bool:
    """Whether somebody may approve as a member of a team: then the environment's job needs the App's key."""
    return any("/" in owner for owner in environment.promote.approvers or spec.owners)


def _deployment(name: str, environment: Environment, spec: Spec) -> Deployment:
    wait, scored = watched(environment), scored_here(name, environment)
    return Deployment(
        environment=name,
        job=f"deploy-{name}",
        title=f"Deploy to {name}",
        follows_merge=environment.after == "merge",
        asks_teams=asks_teams(environment, spec),
        wait=f"{wait}m",
        minutes=SLACK_MINUTES if scored else wait + SLACK_MINUTES,
        scored=scored,
        proposals=tuple(_proposal(other) for other, each in spec.environments.items() if each.after == name),
    )


def _proposal(name: str) -> Proposal:
    return Proposal(
        environment=name, job=f"propose-{name}", title=f"Propose the promotion to {name}", check=f"check-{name}"
    )
