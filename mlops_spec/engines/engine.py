"""The port of engines: what one that runs a pipeline in a checkout can do, and the events that it emits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from mlops_spec.engines.inputs import Seen
    from mlops_spec.engines.stage import Stage


@dataclass(frozen=True)
class StageRun:
    """What became of one stage: it `ran`, came from a `cached` earlier run, or was `unchanged`."""

    name: str
    outcome: Literal["ran", "cached", "unchanged"]
    seconds: float


@dataclass(frozen=True)
class Started:
    """A stage's turn has come."""

    name: str


@dataclass(frozen=True)
class Said:
    """A line that a stage, or the engine on its behalf, wrote."""

    stage: str | None
    line: str


Event = Started | Said | StageRun


class Engine(Protocol):
    """One checkout's pipeline, and the lock that says of each stage what it read and wrote when it last ran."""

    @property
    def stages(self) -> Sequence[Stage]:
        """The stages in an order in which they can run; raises Failure (78) when there are none."""

    @property
    def has_remote(self) -> bool:
        """Whether there is a store to share data and results through."""

    def hold(self, descriptor: int) -> None:
        """Keeps a descriptor open in whatever runs from now on: a lock on it lasts as long as that."""

    def prepare(self) -> Sequence[str]:
        """Mends what a killed run left; what there is to say of that, a line for each."""

    def has_lock(self) -> bool:
        """Whether there are results here."""

    def start_from(self, lock: bytes) -> None:
        """Puts a release's lock in place; raises ValueError when it is damaged."""

    def forget(self) -> None:
        """Takes the lock away: the next run starts over."""

    def forget_undeclared(self) -> Sequence[str]:
        """Makes the stages run again that read less than when they last ran, and names them."""

    def fetch(self, paths: Sequence[Path]) -> None:
        """Brings tracked data into place.

        Raises:
            Failure: nothing tracks it (78), or the remote does not give it (69).
        """

    def begin(self, seen: Mapping[str, Seen]) -> None:
        """Begins a run over inputs as they were seen; raises Failure (1) for data that is not what Git knows of it."""

    def run(
        self, watch: Callable[[Event], None], *, seconds: float, only: str | None = None, pull: bool = False
    ) -> list[StageRun]:
        """Runs what changed, in order; `only` this stage and what it needs; `pull` takes results from the remote.

        Raises Failure, with the stage's exit code, when a stage fails; TimeoutError when all of it takes longer than
        `seconds`, and then nothing of it runs on.
        """

    def settle(self, *, whole: bool) -> None:
        """Ends a run that came through; raises Failure (75) where the lock lacks a stage and the run was `whole`."""

    def recover(self) -> None:
        """Mends the lock after a run that failed: what ended before the failure stays."""

    def undo(self, since: float) -> None:
        """Puts the lock back as it was, and forgets the results made since a moment (seconds since the epoch)."""

    def push(self) -> None:
        """Stores data and results in the remote; raises Failure (69) when it does not take them."""
