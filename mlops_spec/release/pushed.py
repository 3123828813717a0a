"""Promotions that a push declared: the deploy files that it changed, and whether what they say may be deployed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.errors import Failure
from mlops_spec.model_folder import DEPLOY
from mlops_spec.release.declared import Following, declared_in
from mlops_spec.release.promotion import promote
from mlops_spec.system.faults import unanswered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.release.promotion import Wish
    from mlops_spec.release.world import World, Worlds

_NONE = "0" * 40  # before the first push of a branch


@dataclass(frozen=True)
class Pushed:
    """A model's environment whose file a push changed, with what may be deployed there, why not, or nothing."""

    world: World
    environment: str
    wish: Wish | None = None
    failure: Failure | None = None


def pushed(worlds: Worlds, before: str, forge: Callable[[], GitHub]) -> list[Pushed]:
    """What has to be deployed since main was at `before`; where that is not known any more, of all models.

    One that may not be deployed holds up no other.

    Raises:
        Failure: the remote or the forge doesn't answer (69).
    """
    found = [_looked_at(world, environment, forge) for world, environment in _changed(worlds, before)]
    return [each for each in found if each.failure or (each.wish and not each.wish.done)]


def _looked_at(world: World, environment: str, forge: Callable[[], GitHub]) -> Pushed:
    try:
        following = isinstance(declared_in(world.main, environment), Following)
        return Pushed(world, environment, wish=None if following else promote(world, environment, forge))
    except Failure as failure:
        if unanswered(failure):
            raise
        return Pushed(world, environment, failure=failure)


def _changed(worlds: Worlds, before: str) -> Iterator[tuple[World, str]]:
    git = worlds.git
    known = before != _NONE and git.resolve(f"{before}^{{commit}}") is not None
    changes = ["diff", "--name-only", "--no-renames", "-z", before, worlds.commit]
    listing = changes if known else ["ls-tree", "-r", "--full-tree", "--name-only", "-z", worlds.commit]
    changed = {PurePosixPath(name) for name in git.run(*listing).decode().split("\0") if name}
    for model, folder in worlds.folders.items():
        names = sorted(path.stem for path in changed if path.parent == folder / DEPLOY and path.suffix == ".yaml")
        world = worlds.of(model) if names else None
        for name in names:
            if world is not None and name in world.spec.environments:
                yield world, name
