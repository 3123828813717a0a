"""Plays a scenario from its first step to its last, and leaves nothing running that was not asked for."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from mlops_spec.errors import Exit
from mlops_spec.rehearse import hosts, process, show
from mlops_spec.rehearse.hub import git_http
from mlops_spec.rehearse.place import prepared
from mlops_spec.rehearse.scenario import Played, play
from mlops_spec.rehearse.world import created

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.rehearse.scenario import Scenario
    from mlops_spec.rehearse.show import Progress

RESULT = "rehearsal.json"


@dataclass(frozen=True)
class Rehearsed:
    """The steps that were played, in which folder (None: it is gone), and where each environment answers what."""

    scenario: str
    repository: str
    steps: tuple[Played, ...]
    planned: int
    folder: Path | None
    live: dict[str, dict[str, str]]

    @property
    def model(self) -> str:
        """The model's name, and that of the author's clone."""
        return self.repository.partition("/")[2]

    @property
    def exit_code(self) -> Exit:
        complete = len(self.steps) == self.planned and all(step.as_expected for step in self.steps)
        return Exit.OK if complete else Exit.FINDINGS

    def as_data(self) -> dict[str, Any]:
        """The same for machines."""
        return {
            **show.as_data(self.scenario, self.steps),
            "as_expected": self.exit_code == Exit.OK,
            "live": self.live,
            "folder": None if self.folder is None else str(self.folder),
        }


def scenario_of(name: str) -> Scenario[Any]:
    """The scenario of this name, one of `titles.SCENARIOS`."""
    found: Scenario[Any] = import_module(f"mlops_spec.rehearse.scenarios.{name.replace('-', '_')}").SCENARIO
    return found


def rehearse(
    name: str, scenario: Scenario[Any], into: Path | None, progress: Progress, *, keep_running: bool
) -> Rehearsed:
    """Plays a scenario, under the name that its report has.

    A temporary folder stays when something was not as expected, or still runs.

    Raises:
        Failure: the folder is taken, or something that a rehearsal needs is not installed.
    """
    for program in ("act", "uv"):
        process.find(program)
    git_http.program()
    with process.orderly_end():
        folder = prepared(into, clear=hosts.stop_all)
        with progress.shown():
            played = _play(name, scenario, folder, progress, keep_running=keep_running)
    (folder / RESULT).write_text(json.dumps(played.as_data(), indent=2) + "\n", encoding="utf-8")
    if into is None and played.exit_code == Exit.OK and not keep_running:
        shutil.rmtree(folder)
        return replace(played, folder=None)
    return played


def _play(name: str, what: Scenario[Any], folder: Path, progress: Progress, *, keep_running: bool) -> Rehearsed:
    steps = []
    with (
        created(folder, what.repository, progress.line, branch=what.branch) as world,
        hosts.Hosts(world, keep=keep_running) as found,
    ):
        stage = what.stage(world, found)
        with what.around(stage):
            for step in play(what.scenes, stage, world.runs, progress.begin):
                progress.end(step)
                steps.append(step)
        live = hosts.live(found.by_environment)
        return Rehearsed(name, what.repository, tuple(steps), len(what.scenes), folder, live)
