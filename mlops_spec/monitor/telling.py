"""The recipients of the monitor's findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_spec.ledger.record import Who
    from mlops_spec.monitor.opener import Opener
    from mlops_spec.platforms.github.api import GitHub


@dataclass(frozen=True)
class Telling:
    """Where alerts go: the forge, who opens pull requests there, on whose behalf, and who is told meanwhile."""

    github: GitHub
    opener: Opener
    by: Who
    say: Callable[[str], None]
