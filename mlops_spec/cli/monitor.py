"""The command `monitor`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlops_spec import words
from mlops_spec.cli.here import repository, this_run
from mlops_spec.deploy.status import environment_of, served
from mlops_spec.engines.dvc.process import dvc
from mlops_spec.errors import Exit, Failure
from mlops_spec.ledger.who import agent
from mlops_spec.monitor.alert import LABEL, beat, body, tell
from mlops_spec.monitor.check import Check, as_json, as_text
from mlops_spec.monitor.observed import Watched
from mlops_spec.monitor.opener import Opener, opener
from mlops_spec.monitor.state import check_state
from mlops_spec.platforms.github.connect import connect, forge_of
from mlops_spec.platforms.github.step import add_summary
from mlops_spec.release.declared import Declared, declared_in
from mlops_spec.release.rollback import newest_main
from mlops_spec.release.set_back import set_back
from mlops_spec.release.who import who
from mlops_spec.spec.base import seconds
from mlops_spec.spec.paths import data_file

if TYPE_CHECKING:
    from mlops_spec.git import Git
    from mlops_spec.ledger.record import Who
    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.release.world import World
    from mlops_spec.spec import Spec

_FOLDER = click.Path(path_type=Path)


@dataclass(frozen=True)
class _Options:
    directory: Path
    log: Path | None
    state: Path | None
    environment: str | None
    window: float  # seconds


@click.command("monitor")
@click.option("--log", type=_FOLDER, envvar="MLOPS_PREDICTION_LOG", help="Folder of a prediction log.")
@click.option("--state", type=_FOLDER, help="On the host: the agent's folder, with log, packages and clone.")
@click.option("--environment", "-e", help="Whose log it is.  [default: the last one with a live version]")
@click.option("--window", default="7d", show_default=True, help="How far back the log counts.")
@click.option("--directory", "-C", type=_FOLDER, default=".", help="The repository.  [default: .]")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def monitor_command(*, form: str, window: str, **given: Path | None) -> int:
    """Check ledger, tags, intents, what is live against what is declared, and the data's contract.

    With a prediction log also what the live model is asked: its contract, drift from the training rows, and what it
    reached where labels have come in. The log lies where the model runs, and a runner of GitHub's never sees it unless
    somebody ships it there: so run this on the host, with --state (template/host has a timer), or on a runner with
    --log or MLOPS_PREDICTION_LOG after a step that fetched it. What was not checked is said, never passed over.

    In GitHub Actions, and on a host with a token, findings are kept in one issue, each run leaves a heartbeat in the
    ledger, and where Git still declares what was rolled back a pull request sets it back.

    \b
    Example:
      mlops-spec monitor
      mlops-spec monitor --state /var/lib/mlops-spec/production
    """
    if not re.fullmatch(r"[1-9][0-9]{0,6}(s|m|h|d)", window):
        raise click.BadParameter(f"{window!r} is no time: write 24h or 7d", param_hint="--window")
    options = _Options(**given, window=seconds(window))  # type: ignore[arg-type]
    git, now = _git(options), datetime.now(UTC)
    github = _forge(git, options)
    checks, asked = _look(git, github, options, now)
    if github is not None:
        _tell(git, github, options, checks, now)
    every = (*checks, *asked)
    add_summary(this_run(), body(every))
    words.data(as_json(every), indent=2) if form == "json" else words.out(as_text(every).rstrip("\n"))
    return Exit.FINDINGS if any(check.findings for check in every) else Exit.OK


def _git(options: _Options) -> Git:
    return repository(options.state / "repository.git" if options.state is not None else options.directory)


def _forge(git: Git, options: _Options) -> GitHub | None:
    """Whom to tell: nobody from a terminal."""
    run = this_run()
    if run.in_actions:
        return connect(run)
    return forge_of(git.remote_url(), run) if options.state is not None else None


def _by(options: _Options) -> Who:
    return agent(environment_of(options.state)) if options.state is not None else who(this_run())


def _look(
    git: Git, github: GitHub | None, options: _Options, now: datetime
) -> tuple[tuple[Check, ...], tuple[Check, ...]]:
    """The checks of state and data, and those of the log, which tell of themselves."""
    checks = check_state(git, now)
    if checks[0].findings:
        return checks, ()
    world = newest_main(git, now=now)
    if options.state is not None:
        name = environment_of(options.state)
        world.environment(name)  # of which the folder is
        checks = (*checks, Check("served", served(world.spec, world.records, options.state)))
    else:
        name = options.environment or next((n for n in reversed(world.spec.environments) if n in world.state.live), "")
        checks = (*checks, *_data(options.directory, world.spec))
    if name:
        world.environment(name)
    live = world.state.live.get(name)
    if live is None:
        return (*checks, Check("log", told="nothing is live: not checked")), ()
    asked = _asked(world, github, Watched(world.spec, name, live), options)
    return ((*checks, asked), ()) if isinstance(asked, Check) else (checks, asked)


def _asked(world: World, github: GitHub | None, watched: Watched, options: _Options) -> tuple[Check, ...] | Check:
    """The checks of the prediction log; or one that says why there are none, which neither raises nor ends an alert."""
    if watched.spec.monitor is None:
        return ()
    folder = options.log or (options.state / "predictions" if options.state is not None else None)
    if folder is None:
        told = f"no prediction log of {watched.environment} here (see --log and --state): inputs are not checked"
        return Check("log", told=told)
    if find_spec("pandas") is None:
        return Check("log", told="pandas is not installed: not checked")
    module = import_module("mlops_spec.monitor.asked")
    log = module.Log(folder, world.now - timedelta(seconds=options.window), options.directory, options.state)
    telling = None
    if github is not None:
        telling = module.Telling(github, opener(world.git, github, this_run()), _by(options), words.err)
    try:
        found: tuple[Check, ...] = module.check_asked(world, watched, log, telling)
    except Failure as failure:
        return Check("log", (failure.message,))
    return found


def _tell(git: Git, github: GitHub, options: _Options, checks: tuple[Check, ...], now: datetime) -> None:
    spec = newest_main(git).spec if not checks[0].findings else None
    model = spec.model if spec else github.repository
    # A host sees other things than a workflow: neither may close the issue of the other.
    label = LABEL if options.state is None else f"{LABEL}-host-{environment_of(options.state)}"
    issue = tell(github, model, checks, label=label)
    if issue is not None:
        words.err(f"issue #{issue.number}: {issue.html_url}")
    if spec is not None:  # nothing is appended to a ledger that does not hold
        _set_back(git, opener(git, github, this_run()))
        beat(git, model, checks, who=_by(options), now=now)


def _set_back(git: Git, by: Opener) -> None:
    """The pull request that an agent without a token could not open."""
    world = newest_main(git)
    for name in world.spec.environments:
        if not isinstance(declared_in(world.main, name), Declared):
            continue
        try:
            done = set_back(by.git, by.github, name)
        except Failure as failure:
            words.err(f"the pull request that sets {name} back could not be opened: {failure.message}")
            continue
        if done is not None:
            words.err(f"{done.message}: {done.url}")


def _fetched(root: Path, path: str) -> str:
    """Brings a job of GitHub the data from DVC's remote; why that was not possible, or empty."""
    if not this_run().in_actions or not (root / f"{path}.dvc").is_file() or find_spec("dvc") is None:
        return "; its remote was not asked"
    try:
        done = dvc(root, "pull", "--quiet", f"{path}.dvc")
    except Failure as slow:
        return f" ({slow.message})"
    said = done.stderr.strip().splitlines() or [f"dvc pull ended with {done.returncode}"]
    return f" ({said[-1]})" if done.returncode else ""


def _data(root: Path, spec: Spec) -> tuple[Check, ...]:
    """The data check, where the data and what reads them are at hand."""
    if spec.monitor is not None and not spec.monitor.data.contract:
        return ()
    path = data_file(spec.data)
    if not (root / path).is_file() and (why := _fetched(root, path)):
        return (Check("data", told=f"{path} is not here{why}: not checked"),)
    if find_spec("pandas") is None:
        return (Check("data", told="pandas is not installed: not checked"),)
    check: Check = import_module("mlops_spec.monitor.data").check_data(root, spec)
    return (check,)
