"""One look of the monitor: what is checked from here, and who is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec import words
from mlops_spec.deploy.heartbeat import environment_of
from mlops_spec.deploy.homes import predictions_in
from mlops_spec.deploy.status import served
from mlops_spec.errors import Failure
from mlops_spec.ledger.who import agent
from mlops_spec.monitor.alert import beat, count_of, label_of, tell
from mlops_spec.monitor.back import set_all_back
from mlops_spec.monitor.check import Check, Checks
from mlops_spec.monitor.data_here import check_data_here
from mlops_spec.monitor.observed import Watched
from mlops_spec.monitor.on_rows import Log, OnRows
from mlops_spec.monitor.opener import opener
from mlops_spec.monitor.state import check_ledger, check_state
from mlops_spec.monitor.telling import Telling
from mlops_spec.place import Place
from mlops_spec.release.rollback import newest_main
from mlops_spec.release.who import who
from mlops_spec.spec.environments import Batch

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_spec.git import Git
    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.platforms.github.run import Run
    from mlops_spec.release.world import World
    from mlops_spec.spec.storage import Storage

_NONE: Checks = ()


@dataclass(frozen=True)
class Where:
    """Where the monitor looks: a checkout, a prediction log, or the folder of an agent on its host.

    `environment` says whose log it is, `window` how many seconds back it counts. `on_rows` gives the checks that read
    rows, None where pandas is not installed.
    """

    directory: Path
    log: Path | None
    state: Path | None
    environment: str | None
    window: float
    on_rows: Callable[[], OnRows | None]

    @property
    def part(self) -> str:
        """Of what the issue is: a host sees other things than a workflow, and neither may close the other's issue."""
        return f"host-{environment_of(self.state)}" if self.state is not None else ""

    @property
    def clone(self) -> Path:
        """The repository to ask: on a host the agent's own clone."""
        return self.state / "repository.git" if self.state is not None else self.directory


def monitor(git: Git, github: GitHub | None, where: Where, run: Run) -> tuple[Check, ...]:
    """Checks what can be checked from here, and tells the forge where there is one.

    Raises:
        Failure: a remote or the forge does not answer (69) or refuses (78), or main and ledger can't be read (1, 2).
    """
    now, telling = datetime.now(UTC), telling_of(git, github, where, run)
    whole, world, state, asked = check_ledger(git), None, _NONE, _NONE
    if not whole.findings:
        world = newest_main(git, now=now)
        state, asked = look_at(world, where, run, telling)
    checks = (whole, *state)
    if telling is not None:
        _tell(git, where, checks, telling, world)
    return (*checks, *asked)


def telling_of(git: Git, github: GitHub | None, where: Where, run: Run) -> Telling | None:
    """Whom this look tells, on whose behalf; None: there is no forge."""
    if github is None:
        return None
    by = agent(environment_of(where.state)) if where.state is not None else who(run)
    return Telling(github, opener(git, github, run), by, words.err)


def look_at(world: World, where: Where, run: Run, telling: Telling | None) -> tuple[Checks, Checks]:
    """The checks of one model by a ledger that holds, and those of what it was asked, which have an alert of their own.

    Raises:
        Failure: a remote or the forge does not answer (69) or refuses (78), or the spec has no such environment (2).
    """
    checks = check_state(world)
    if where.state is not None:
        name = environment_of(where.state)
        world.environment(name)  # of which the folder is
        checks = (*checks, Check("served", served(world.spec, world.records, where.state)))
    else:
        name = where.environment or next((n for n in reversed(world.spec.environments) if n in world.state.live), "")
        checks = (*checks, *check_data_here(where.directory, world.spec, where.on_rows, fetching=run.in_actions))
    if name:
        world.environment(name)
    live = world.state.live.get(name)
    if live is None:
        return (*checks, Check("log", told="nothing is live: not checked")), ()
    asked = _log_checks(world, Watched(world.spec, name, live, label_of(world.place, name)), where, telling)
    return ((*checks, asked), ()) if isinstance(asked, Check) else (checks, asked)


def _log_checks(world: World, watched: Watched, where: Where, telling: Telling | None) -> tuple[Check, ...] | Check:
    """The checks of the prediction log; or one that says why there are none, which neither raises nor ends an alert."""
    if watched.spec.monitor is None:
        return ()
    folder, batch = where.log or (where.state and predictions_in(where.state, world.spec.model)), _batch(watched)
    if folder is None and batch is None:
        told = f"no prediction log of {watched.environment} here (see --log and --state): inputs are not checked"
        return Check("log", told=told)
    on_rows = where.on_rows()
    if on_rows is None:
        return Check("log", told="pandas is not installed: not checked")
    since = world.now - timedelta(seconds=where.window)
    log = Log(folder or Path(), since, world.now, where.directory, where.state, batch)
    try:
        return on_rows.asked(world, watched, log, telling)
    except Failure as failure:
        return Check("log", (failure.message,))


def _batch(watched: Watched) -> tuple[Batch, Storage | None] | None:
    environment = watched.spec.environments[watched.environment]
    return (environment, watched.spec.storage) if isinstance(environment, Batch) else None


def _tell(git: Git, where: Where, checks: Checks, telling: Telling, world: World | None) -> None:
    model = world.spec.model if world else telling.github.repository
    issue = tell(telling.github, model, checks, label=label_of(Place.of(git, model), where.part))
    if issue is not None:
        telling.say(f"issue #{issue.number}: {issue.html_url}")
    if world is not None:  # nothing is appended to a ledger that does not hold
        set_all_back([newest_main(telling.opener.git)], telling)
        beat(git, model, count_of(checks), who=telling.by, now=world.now)
