"""What a pipeline engine can do, and the values it speaks in. DVC is the engine today (`pipeline.dvc`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


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
    """One checkout's pipeline."""

    def run(
        self, watch: Callable[[Event], None], *, seconds: float, only: str | None = None, pull: bool = False
    ) -> list[StageRun]:
        """Runs what changed, in order; `only` this stage and what it needs; `pull` takes results from the remote.

        Raises Failure, with the stage's exit code, when a stage fails; TimeoutError when all of it takes longer than
        `seconds`, and then nothing of it runs on.
        """

    def status(self) -> Mapping[str, Sequence[str]]:
        """The stages that would run, each with its causes, in order."""

    def affected(self) -> Sequence[str]:
        """The stages that would run, and those after them, in order."""

    def fetch(self, paths: Sequence[Path]) -> None:
        """Brings tracked data into place; raises Failure (69) when the remote does not give it."""

    def push(self) -> None:
        """Stores data and results in the remote; raises Failure (69) when it does not take them."""
