"""Git set back by pull requests, wherever it still declares what was rolled back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.errors import Failure
from mlops_spec.release.declared import Declared, declared_in
from mlops_spec.release.set_back import set_back_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlops_spec.monitor.telling import Telling
    from mlops_spec.release.world import World


def set_all_back(worlds: Iterable[World], telling: Telling) -> None:
    """Opens what pull requests it takes, in the name of the opener; one that can't be opened is said."""
    for world in worlds:
        for name in world.spec.environments:
            if isinstance(declared_in(world.main, name), Declared):
                _set_back(world, name, telling)


def _set_back(world: World, environment: str, telling: Telling) -> None:
    try:
        done = set_back_in(world, telling.opener.github, environment)
    except Failure as failure:
        telling.say(f"the pull request that sets {environment} back could not be opened: {failure.message}")
        return
    if done is not None:
        telling.say(f"{done.message}: {done.url}")
