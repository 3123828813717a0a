"""Promotions that are due: what is live where it had to be, and neither declared nor proposed for what comes after."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlops_spec.errors import Failure
from mlops_spec.ledger.state import version_key
from mlops_spec.platforms.github.api import pulls
from mlops_spec.platforms.github.api.trouble import TooFastError
from mlops_spec.release.declared import Declared, declared_in
from mlops_spec.release.propose import propose_in, title_of
from mlops_spec.system.faults import unanswered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.release.publish import Proposal
    from mlops_spec.release.world import World, Worlds

# GitHub takes 80 requests a minute that make something, and 500 an hour, by all of a token together.
# https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
PAUSE, MOST = 1.5, 300  # seconds between two, and pull requests of one run


@dataclass(frozen=True)
class Due:
    """A version that may be proposed for an environment."""

    world: World
    environment: str
    version: str

    @property
    def named(self) -> str:
        """Version and environment, for messages."""
        return f"{self.world.spec.model}@{self.version} to {self.environment}"


@dataclass
class Opened:
    """What became of the promotions that were due: proposals, failures by what they are of, and what must wait."""

    proposals: list[tuple[Due, Proposal]] = field(default_factory=list)
    failures: list[tuple[Due, Failure]] = field(default_factory=list)
    left: list[Due] = field(default_factory=list)


def open_due(
    worlds: Worlds, github: GitHub, *, sleep: Callable[[float], None] = time.sleep, most: int = MOST
) -> Opened:
    """Opens the promotions that are due, one after the other and no faster than GitHub takes them.

    What it does not take any more, or what is more than one run may open, is left for the next run, which finds it
    again. One that can't be proposed holds up no other.

    Raises:
        Failure: the remote or the forge doesn't answer (69).
    """
    opened = Opened()
    waiting = list(due(worlds))
    for place, each in enumerate(waiting):
        if len(opened.proposals) >= most:
            opened.left = waiting[place:]
            break
        try:
            if not _decided(each, github):
                opened.proposals.append((each, propose_in(each.world, github, each.environment, each.version)))
                sleep(PAUSE)
        except TooFastError:
            opened.left = waiting[place:]
            break
        except Failure as failure:
            if unanswered(failure):
                raise
            opened.failures.append((each, failure))
    return opened


def due(worlds: Worlds) -> Iterator[Due]:
    """Each model's versions that are live in an environment, and newer than all that the next one has or declares."""
    for model in worlds.folders:
        if not worlds.state.of(model).live:
            continue
        world = worlds.of(model)
        for name, environment in world.spec.environments.items():
            live = world.state.live.get(environment.after)
            if live and live.version not in world.state.revoked and _is_newer(world, name, live.version):
                yield Due(world, name, live.version)


def _is_newer(world: World, environment: str, version: str) -> bool:
    said, live = declared_in(world.main, environment), world.state.live.get(environment)
    known = [said.version if isinstance(said, Declared) else None, live.version if live else None]
    return all(version_key(version) > version_key(each) for each in known if each)


def _decided(each: Due, github: GitHub) -> bool:
    """Whether somebody merged or closed the very promotion before: it is for people to ask for it once more."""
    branch = each.world.place.branch("promote", each.environment)
    title = title_of(each.world, each.environment, each.version)
    closed = pulls.of_branch(github, branch, base=each.world.git.main, state="closed")
    return any(pull.title == title for pull in closed)
