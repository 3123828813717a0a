"""The checks that read rows, for those who may run where pandas is not installed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from mlops_spec.monitor.check import Check
    from mlops_spec.monitor.observed import Watched
    from mlops_spec.monitor.telling import Telling
    from mlops_spec.release.world import World
    from mlops_spec.spec import Spec
    from mlops_spec.spec.environments import Batch
    from mlops_spec.spec.storage import Storage


@dataclass(frozen=True)
class Log:
    """Where the log is, from when on it counts, where labels are looked for, and the agent's folder on its host.

    Of a `batch`, what it scored `until` now is the log, in the store that the spec names.
    """

    folder: Path
    since: datetime
    until: datetime
    root: Path
    state: Path | None = None
    batch: tuple[Batch, Storage | None] | None = None


@dataclass(frozen=True)
class OnRows:
    """That of the data's contract, and those of what a live model was asked."""

    data: Callable[[Path, Spec], Check]
    asked: Callable[[World, Watched, Log, Telling | None], tuple[Check, ...]]
