"""A scenario: named steps played in order in one world, each with what came of it and how long it took."""

from __future__ import annotations

import time
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from mlops_spec.errors import Exit, Failure
from mlops_spec.layout import MAIN_BRANCH
from mlops_spec.rehearse import times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from mlops_spec.rehearse.hosts import Hosts
    from mlops_spec.rehearse.run import Run
    from mlops_spec.rehearse.times import Part
    from mlops_spec.rehearse.world import World

T = TypeVar("T")


class Unexpected(Failure):
    """A step came out otherwise than the scenario says."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message, exit_code=Exit.FINDINGS, remedy=remedy)


@dataclass(frozen=True)
class Scene(Generic[T]):
    """One step: `play` does it and says in a few words what came of it; `stops`: it shows something being stopped."""

    title: str
    play: Callable[[T], str]
    workflow: str = ""
    part: Part = "mlops-spec"  # whose time it is, outside of workflows
    stops: bool = False


def _nothing(_: object) -> AbstractContextManager[None]:
    return nullcontext()


@dataclass(frozen=True)
class Scenario(Generic[T]):
    """The steps of a scenario, the repository `owner/name` that it is about, and what makes its stage.

    `around` is entered with the stage before the first step, and left after the last: what it needs besides.
    """

    repository: str
    scenes: tuple[Scene[T], ...]
    stage: Callable[[World, Hosts], T]
    around: Callable[[T], AbstractContextManager[None]] = _nothing
    branch: str = MAIN_BRANCH  # the repository's default one


@dataclass(frozen=True)
class Played:
    """What came of a step."""

    number: int
    title: str
    workflow: str
    as_expected: bool
    stops: bool
    seconds: float
    verdict: str
    parts: dict[Part, float]


def play(scenes: Sequence[Scene[T]], stage: T, runs: list[Run], begin: Callable[[int, str], None]) -> Iterator[Played]:
    """Plays the steps until one is not as expected; `begin` is told the number and title of each before it starts."""
    for number, scene in enumerate(scenes, 1):
        begin(number, scene.title)
        before, started = len(runs), time.monotonic()
        try:
            verdict, as_expected = scene.play(stage), True
        except Failure as failure:
            remedy = f"; {failure.remedy}" if failure.remedy else ""
            verdict, as_expected = f"{failure.message}{remedy}", False
        seconds = time.monotonic() - started
        parts = times.added(times.of_run(run) for run in runs[before:])
        rest: dict[Part, float] = {scene.part: max(0.0, seconds - sum(parts.values()))}
        parts = times.added([parts, rest])
        yield Played(number, scene.title, scene.workflow, as_expected, scene.stops, seconds, verdict, parts)
        if not as_expected:
            return
