"""The protocol between the agent and a place that serves: six calls, each safe to repeat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from mlops_spec.targets.local.serve.wanted import Served, WorkerStatus


class Refused(Failure):
    """The target can't load a version; what was live still is."""

    def __init__(self, message: str) -> None:
        super().__init__(message, exit_code=Exit.FINDINGS)


@dataclass(frozen=True)
class Live:
    """What a target serves now: the version that answers, and one that is being tried with `weight` percent."""

    stable: WorkerStatus | None = None
    candidate: WorkerStatus | None = None
    weight: int = 0


class Target(Protocol):
    """One environment's place. Each call returns once it is done, and leaves the old or the new behind."""

    def current(self) -> Live:
        """What is live, as far as it can be seen; it changes nothing."""

    def stage(self, version: Served) -> None:
        """Loads a version beside the live one, without a request for it; raises Refused when it can't be loaded."""

    def shift(self, weight: int, seconds: float) -> None:
        """Gives the staged version `weight` percent of the requests, for at most `seconds`."""

    def mirror(self, seconds: float) -> None:
        """Gives the staged version a copy of each request, for at most `seconds`; its answers reach nobody."""

    def finish(self) -> None:
        """Makes the staged version the live one."""

    def abort(self) -> None:
        """Drops the staged version, where there is one."""
