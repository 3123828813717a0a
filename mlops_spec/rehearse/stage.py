"""The stage of a scenario: its world, and the moves of people in it (propose, approve, merge, look)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.place import Place
from mlops_spec.platforms.github.api import pulls
from mlops_spec.regex import regex
from mlops_spec.rehearse import cast
from mlops_spec.rehearse.hosts import wait_until_live
from mlops_spec.rehearse.merge import merge_pull
from mlops_spec.rehearse.scenario import Unexpected

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mlops_spec.ledger import Record
    from mlops_spec.platforms.github.api.shapes import PullRequest
    from mlops_spec.rehearse.hosts import Host, Hosts
    from mlops_spec.rehearse.run import Result, Run
    from mlops_spec.rehearse.world import World

STAGING, PRODUCTION = "staging", "production"
_ROOT = PurePosixPath()
_SAID = regex(r"(?:^! |mlops-spec: )(.*)")  # a finding of the ledger, or why a command failed


@dataclass
class Stage:
    """The world, its hosts, and what the steps learn on the way."""

    world: World
    hosts: Hosts
    version: str = ""
    pull_requests: list[int] = field(default_factory=list)
    #: where the model lies that the scenario is about, in a repository of several
    inside: PurePosixPath = _ROOT

    @property
    def place(self) -> Place:
        """The model that the scenario is about, in the author's clone."""
        return Place(self.world.clone, self.world.repository.partition("/")[2], self.inside)

    @property
    def production(self) -> Host:
        """The host of the environment that is promoted into."""
        return self.hosts.by_environment[PRODUCTION]


def propose(stage: Stage, title: str, change: Callable[[Path], None], body: str) -> int:
    """A person's change, from their clone to a pull request: its number."""
    world = stage.world
    branch = "-".join(title.lower().split())
    world.author.branch(branch)
    change(stage.place.path)
    world.command("render")
    world.author.commit(title)
    number = world.propose(branch, title, body).number
    stage.pull_requests.append(number)
    return number


def replace_in(file: Path, old: str, new: str) -> None:
    """Changes a passage of a file that must be there."""
    text = file.read_text(encoding="utf-8")
    if old not in text:
        raise Unexpected(f"{file.name} has no `{old}`")
    file.write_text(text.replace(old, new), encoding="utf-8")


def check(stage: Stage, number: int, result: Result = "success") -> Run:
    """Plays the workflows of a pull request."""
    return only(stage.world.run_checks(number), result)


def merge(stage: Stage, number: int, result: Result = "success") -> Run:
    """The reviewer approves and merges; the one workflow of the push must end so."""
    stage.world.approve(number, cast.REVIEWER)
    return only(merge_pull(stage.world, number, cast.REVIEWER), result)


def only(runs: list[Run], result: Result) -> Run:
    """The one run that an event should have started, with the result that it should have."""
    if len(runs) != 1:
        raise Unexpected(f"{len(runs)} workflows ran instead of one: {', '.join(run.workflow for run in runs)}")
    if runs[0].result != result:
        failure = runs[0].first_failure()
        place = f" in “{failure[0].name}” at “{failure[1].name.strip()}”" if failure else ""
        place = f": {runs[0].problem}" if runs[0].problem else place
        raise Unexpected(f"{runs[0].workflow} ended as {runs[0].result}{place}", log(runs[0]))
    return runs[0]


def log(run: Run) -> str:
    """Where to read what a run said."""
    return f"see {run.folder / 'log.txt'}"


def stopped(run: Run, command: str, *said: str) -> str:
    """What a run's first failure said: it must be that of `command`, and hold all of `said`."""
    failure = run.first_failure()
    if failure is None or command not in failure[1].name:
        raise Unexpected(f"it was stopped, but not by `{command}`: {failure and failure[1].name}", log(run))
    output = "\n".join(failure[1].output)
    for words in said:
        if words not in output:
            raise Unexpected(f"`{command}` did not say “{words}”", log(run))
    return next((found[1] for found in map(_SAID.search, failure[1].output) if found), "")


def open_pull(stage: Stage, head: str, *by: str) -> PullRequest:
    """The one open pull request of a branch, which one of `by` must have opened; the App where none is named."""
    found = [pull for pull in stage.world.hub.pulls() if pull.state == "open" and pull.head == head]
    if len(found) != 1:
        raise Unexpected(f"{len(found)} pull requests of {head} are open instead of one")
    pull = pulls.get(stage.world.forge(cast.REVIEWER), found[0].number)
    login = pull.user.login if pull.user is not None else None
    must(login in (by or (cast.APP,)), f"#{pull.number} was opened by {login}")
    return pull


def live(stage: Stage, environment: str, version: str) -> str:
    """Waits until a version is live."""
    host = stage.hosts.by_environment[environment]
    wait_until_live(host, version)
    return f"{version} live at {host.url}"


def newest(stage: Stage, event: str, environment: str | None = None) -> Record:
    """The newest record of an event, in the remote's ledger."""
    found = [each for each in stage.world.records() if each.event == event]
    if environment is not None:
        found = [each for each in found if each.what.environment == environment]
    if not found:
        raise Unexpected(f"the ledger has no {event}")
    return found[-1]


def must(holds: bool, otherwise: str, look: str = "") -> None:
    """Raises `Unexpected` where something that the scenario promises does not hold."""
    if not holds:
        raise Unexpected(otherwise, look)
