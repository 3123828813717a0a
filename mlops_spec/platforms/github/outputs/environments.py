"""The path of a version: from the merge to the first environments, and from each to the next."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.spec.environments import Batch

if TYPE_CHECKING:
    from mlops_spec.spec import Spec
    from mlops_spec.spec.environments import Environment

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
class Deployment:
    """A job that asks for a version in an environment and waits for the agent's answer."""

    environment: str
    job: str
    title: str
    follows_merge: bool
    asks_teams: bool  # whether somebody may approve as a member of a team
    wait: str  # as `promote ask --wait` reads it
    minutes: int  # the job's limit
    scored_by: str  # the workflow that answers, as a job calls it; empty where an agent is waited for
    proposals: tuple[Proposal, ...]

    @property
    def scores(self) -> str:
        """The job that calls that workflow after a merge, and beside it the one that closes what it left open."""
        return f"score-{self.environment}"

    @property
    def takes_over(self) -> str:
        return f"Compare on the same input, take over in {self.environment}, and score"

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


def waiting(minutes: int) -> dict[str, str | int]:
    """How a job of a matrix waits for that: as `promote ask --wait` reads it, and its own limit in minutes."""
    return {"wait": f"{minutes}m", "minutes": minutes + SLACK_MINUTES}


def scored_here(environment: Environment) -> bool:
    """Whether a workflow scores, so that no agent has to."""
    return isinstance(environment, Batch) and environment.runner is not None


def scoring(name: str) -> str:
    """The name of the workflow that scores in an environment."""
    return f"mlops-score-{name}"


def asks_teams(environment: Environment, spec: Spec) -> bool:
    """Whether somebody may approve as a member of a team: then the environment's job needs the App's key."""
    return any("/" in owner for owner in environment.promote.approvers or spec.owners)


def _deployment(name: str, environment: Environment, spec: Spec) -> Deployment:
    wait, scores = watched(environment), scored_here(environment)
    return Deployment(
        environment=name,
        job=f"deploy-{name}",
        title=f"Deploy to {name}",
        follows_merge=environment.after == "merge",
        asks_teams=asks_teams(environment, spec),
        wait=f"{wait}m",
        minutes=SLACK_MINUTES if scores else wait + SLACK_MINUTES,
        scored_by=f"$/.github/workflows/{scoring(name)}.yml" if scores else "",
        proposals=tuple(_proposal(other) for other, each in spec.environments.items() if each.after == name),
    )


def _proposal(name: str) -> Proposal:
    return Proposal(
        environment=name, job=f"propose-{name}", title=f"Propose the promotion to {name}", check=f"check-{name}"
    )
