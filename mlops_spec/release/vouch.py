"""The checks of a promotion as statuses, where its workflow waits for a click since a workflow's token opened it.

What the workflow of pull requests would look at is main, which passed it, and the one file that the promotion changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.errors import Failure
from mlops_spec.platforms.github.api import statuses
from mlops_spec.platforms.github.checks import CHECKS
from mlops_spec.release.declared import Declared, declared_in
from mlops_spec.release.evidence import current, fit, registered_as
from mlops_spec.release.pending import PAUSE
from mlops_spec.release.promotion import what_for
from mlops_spec.release.rollback import newest_main
from mlops_spec.system.faults import unanswered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from mlops_spec.git import Git
    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.release.world import World, Worlds

_PROMOTIONS = "mlops/promote-"


@dataclass(frozen=True)
class Vouched:
    """The commit whose statuses were set, None: no promotion is open; `problem` says why it is not let through."""

    commit: str | None
    problem: str | None = None


def vouch(git: Git, github: GitHub, environment: str, *, link: str = "", now: datetime | None = None) -> Vouched:
    """Sets the statuses of an environment's open promotion; `link` is where whoever reads them learns more.

    Raises:
        Failure: the remote or the forge doesn't answer (69), or the token may not set a status (78).
    """
    world = newest_main(git, now=now)
    ref = f"refs/heads/{world.place.branch('promote', environment)}"
    commit = git.remote_refs(ref).get(ref)
    return Vouched(None) if commit is None else _vouch(world, github, environment, commit, link)


def vouch_all(worlds: Worlds, github: GitHub, *, link: str = "", sleep: Callable[[float], None]) -> dict[str, Vouched]:
    """The same of every open promotion of a repository's models, by its branch, no faster than GitHub takes it.

    Raises:
        Failure: the remote or the forge doesn't answer (69), or the token may not set a status (78).
    """
    found: dict[str, Vouched] = {}
    refs = worlds.git.remote_refs(f"refs/heads/{_PROMOTIONS}*")
    for world, environment, ref in _of_models(worlds, refs):
        found[ref.removeprefix("refs/heads/")] = _vouch(world, github, environment, refs[ref], link)
        sleep(PAUSE * len(CHECKS))
    return found


def _of_models(worlds: Worlds, refs: Iterable[str]) -> Iterator[tuple[World, str, str]]:
    for ref in refs:
        name = ref.removeprefix(f"refs/heads/{_PROMOTIONS}")
        for model in (each for each in worlds.folders if name.startswith(f"{each}-")):
            world, environment = worlds.of(model), name.removeprefix(f"{model}-")
            if environment in world.spec.environments:
                yield world, environment, ref


def _vouch(world: World, github: GitHub, environment: str, commit: str, link: str) -> Vouched:
    git, branch = world.git, world.place.branch("promote", environment)
    git.fetch(f"+refs/heads/{branch}:refs/remotes/{git.remote}/{branch}")
    problem = _problem(world, environment, commit)
    state: statuses.State = "failure" if problem else "success"
    said = problem or f"main passed it; only {world.place.deploy(environment)} differs, and declares what may go there"
    for context in CHECKS:
        statuses.create(github, commit, statuses.Given(context, state, said, link))
    return Vouched(commit, problem)


def _problem(world: World, environment: str, commit: str) -> str | None:
    try:
        _refuse_other_changes(world, environment, commit)
        _declares(world, environment, commit)
    except Failure as failure:
        if unanswered(failure):
            raise
        return failure.message
    return None


def _refuse_other_changes(world: World, environment: str, commit: str) -> None:
    base = world.git.text("merge-base", world.commit, commit)
    changed = world.git.text("diff", "--name-only", "--no-renames", base, commit).splitlines()
    others = [path for path in changed if path != str(world.place.deploy(environment))]
    if others:
        raise Failure(f"it changes {others[0]} too" + (f" and {len(others) - 1} more" if others[1:] else ""))


def _declares(world: World, environment: str, commit: str) -> None:
    """What the file declares may be promoted as things stand; soak and approvals are asked for after the merge."""
    said = declared_in(world.git.here(commit), environment)
    if not isinstance(said, Declared) or said.version is None:
        raise Failure(f"{world.place.deploy(environment)} declares no version")
    registered = registered_as(world, said.version, said.digest)
    current(world, said)
    fit(world, what_for(world, environment, registered, after=world.environment(environment).after))
