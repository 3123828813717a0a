"""One look of the monitor: what is checked from here, and who is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec import words
from mlops_spec.deploy.homes import predictions_in
from mlops_spec.deploy.status import environment_of, served
from mlops_spec.errors import Failure
from mlops_spec.ledger.who import agent
from mlops_spec.monitor.alert import LABEL, beat, tell
from mlops_spec.monitor.check import Check
from mlops_spec.monitor.data_here import check_data_here
from mlops_spec.monitor.observed import Watched
from mlops_spec.monitor.opener import opener
from mlops_spec.monitor.state import check_state
from mlops_spec.monitor.telling import Telling
from mlops_spec.release.declared import Declared, declared_in
from mlops_spec.release.rollback import newest_main
from mlops_spec.release.set_back import set_back
from mlops_spec.release.who import who
from mlops_spec.spec.environments import Batch

if TYPE_CHECKING:
    from mlops_spec.git import Git
    from mlops_spec.ledger.record import Who
    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.platforms.github.run import Run
    from mlops_spec.release.world import World
    from mlops_spec.spec.storage import Storage


@dataclass(frozen=True)
class Where:
    """Where the monitor looks: a checkout, a prediction log, or the folder of an agent on its host.

    `environment` says whose log it is, `window` how many seconds back it counts.
    """

    directory: Path
    log: Path | None
    state: Path | None
    environment: str | None
    window: float

    @property
    def clone(self) -> Path:
        """The repository to ask: on a host the agent's own clone."""
        return self.state / "repository.git" if self.state is not None else self.directory


def monitor(git: Git, github: GitHub | None, where: Where, run: Run) -> tuple[Check, ...]:
    """Checks what can be checked from here, and tells the forge where there is one.

    Raises:
        Failure: a remote or the forge does not answer (69) or refuses (78), or main and ledger can't be read (1, 2).
    """
    now, telling = datetime.now(UTC), None
    if github is not None:
        telling = Telling(github, opener(git, github, run), _by(where, run), words.err)
    checks, asked = _state_and_log_checks(git, where, run, telling, now)
    if telling is not None:
        _tell(git, where, checks, telling, now)
    return (*checks, *asked)


def _by(where: Where, run: Run) -> Who:
    return agent(environment_of(where.state)) if where.state is not None else who(run)


def _state_and_log_checks(
    git: Git, where: Where, run: Run, telling: Telling | None, now: datetime
) -> tuple[tuple[Check, ...], tuple[Check, ...]]:
    checks = check_state(git, now)
    if checks[0].findings:
        return checks, ()
    world = newest_main(git, now=now)
    if where.state is not None:
        name = environment_of(where.state)
        world.environment(name)  # of which the folder is
        checks = (*checks, Check("served", served(world.spec, world.records, where.state)))
    else:
        name = where.environment or next((n for n in reversed(world.spec.environments) if n in world.state.live), "")
        checks = (*checks, *check_data_here(where.directory, world.spec, fetching=run.in_actions))
    if name:
        world.environment(name)
    live = world.state.live.get(name)
    if live is None:
        return (*checks, Check("log", told="nothing is live: not checked")), ()
    asked = _log_checks(world, Watched(world.spec, name, live), where, telling)
    return ((*checks, asked), ()) if isinstance(asked, Check) else (checks, asked)


def _log_checks(world: World, watched: Watched, where: Where, telling: Telling | None) -> tuple[Check, ...] | Check:
    """The checks of the prediction log; or one that says why there are none, which neither raises nor ends an alert."""
    if watched.spec.monitor is None:
        return ()
    folder, batch = where.log or (where.state and predictions_in(where.state, world.spec.model)), _batch(watched)
    if folder is None and batch is None:
        told = f"no prediction log of {watched.environment} here (see --log and --state): inputs are not checked"
        return Check("log", told=told)
    if find_spec("pandas") is None:
        return Check("log", told="pandas is not installed: not checked")
    from mlops_spec.monitor.asked import check_asked  # noqa: PLC0415 - it loads pandas
    from mlops_spec.monitor.asked_rows import Log  # noqa: PLC0415 - it loads pandas

    since = world.now - timedelta(seconds=where.window)
    log = Log(folder or Path(), since, world.now, where.directory, where.state, batch)
    try:
        return check_asked(world, watched, log, telling)
    except Failure as failure:
        return Check("log", (failure.message,))


def _batch(watched: Watched) -> tuple[Batch, Storage | None] | None:
    environment = watched.spec.environments[watched.environment]
    return (environment, watched.spec.storage) if isinstance(environment, Batch) else None


def _tell(git: Git, where: Where, checks: tuple[Check, ...], telling: Telling, now: datetime) -> None:
    spec = newest_main(git).spec if not checks[0].findings else None
    model = spec.model if spec else telling.github.repository
    # A host sees other things than a workflow: neither may close the issue of the other.
    label = LABEL if where.state is None else f"{LABEL}-host-{environment_of(where.state)}"
    issue = tell(telling.github, model, checks, label=label)
    if issue is not None:
        telling.say(f"issue #{issue.number}: {issue.html_url}")
    if spec is not None:  # nothing is appended to a ledger that does not hold
        _set_back(git, telling)
        beat(git, model, checks, who=telling.by, now=now)


def _set_back(git: Git, telling: Telling) -> None:
    world = newest_main(git)
    for name in world.spec.environments:
        if not isinstance(declared_in(world.main, name), Declared):
            continue
        try:
            done = set_back(telling.opener.git, telling.opener.github, name)
        except Failure as failure:
            telling.say(f"the pull request that sets {name} back could not be opened: {failure.message}")
            continue
        if done is not None:
            telling.say(f"{done.message}: {done.url}")
