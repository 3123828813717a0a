"""The agent's pull request after a rollback, so that Git says again what is live here."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlops_spec.errors import Failure
from mlops_spec.release.declared import declared_in
from mlops_spec.release.set_back import set_back, untrue

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.release.world import World

_AGAIN = 600.0  # seconds until a forge that did not take it is asked again


@dataclass
class GitBack:
    """Proposes what sets Git back, once for each record that made it untrue; without a token the monitor does."""

    environment: str
    forge: GitHub | None
    say: Callable[[str], None]
    _proposed: str = field(default="", init=False)
    _not_before: float = field(default=0.0, init=False)

    @property
    def is_due(self) -> bool:
        """Whether the forge did not take it, and is to be asked again."""
        return self._not_before > 0

    def look(self, world: World) -> None:
        """Opens the pull request where it is due; whatever goes wrong with it never stops a pass."""
        said = declared_in(world.main, self.environment)
        last = world.state.asked.get(self.environment)
        if self.forge is None or last is None or last.hash == self._proposed or time.monotonic() < self._not_before:
            return
        if untrue(said, world.state) is None:
            self._not_before = 0.0
            return
        try:
            done = set_back(world.git, self.forge, self.environment)
        except Failure as failure:
            self.say(f"the pull request that sets Git back could not be opened: {failure.message}")
            self._not_before = time.monotonic() + _AGAIN
            return
        self._proposed, self._not_before = last.hash, 0.0
        if done is not None:
            self.say(f"{done.message}{': ' + done.url if done.url else ''}")
