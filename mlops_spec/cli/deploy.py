"""The commands `agent`, `deploy` and `status`: what runs where a model is live."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlops_spec import words
from mlops_spec.cli.answer import say
from mlops_spec.cli.here import repository, this_run
from mlops_spec.cli.option import in_models, parsed
from mlops_spec.engines.files import SETTINGS
from mlops_spec.errors import Exit
from mlops_spec.platforms.github.matrix import VARIABLE, matrix_of, spread
from mlops_spec.release.scored import models_scored
from mlops_spec.spec.base import seconds, size_in_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from mlops_spec.deploy.passes import Done, Settings
    from mlops_spec.deploy.status import Looked

_FOLDER = click.Path(path_type=Path)
_FORMAT = click.Choice(["text", "json"])


def _agent_options(command: Callable[..., int]) -> Callable[..., int]:
    options = (
        click.option("--environment", "-e", required=True, help="The environment of model.yaml that this host is."),
        click.option("--repository", required=True, help="The model's repository: a URL or a path."),
        click.option("--state", type=_FOLDER, required=True, help="Folder of this agent: clone, packages, log."),
        click.option("--listen", help="HOST:PORT, instead of the environment's `listen`."),
        click.option("--remote", help=f"URL or folder of the DVC remote, instead of the one in {SETTINGS}."),
        click.option("--take-over", is_flag=True, help="The environment had another agent, which has ended for good."),
        click.option("--supervised", is_flag=True, help="A service manager runs the server: never start one."),
        click.option("--model", "models", multiple=True, help="A model to serve, of several; without it, all."),
        click.option("--memory", help="Memory for all models together; by default three quarters of the host's."),
        click.option("--retire", multiple=True, help="A model that main has no more: serve it no longer."),
        click.option("--format", "form", type=_FORMAT, default="text", show_default=True),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command("agent")
@_agent_options
@click.option("--interval", default="5s", show_default=True, help="Time between two looks at the repository.")
@click.option("--once", is_flag=True, help="One pass, as `deploy`.")
def agent_command(interval: str, once: bool, form: str, **settings: Any) -> int:
    """Keep what this host serves equal to what Git and the ledger say, for as long as it runs.

    It pulls; nothing reaches into the host. The server outlives it, and is started again when it dies.

    \b
    Example:
      mlops-spec agent --environment production --repository https://github.com/acme/credit --state /var/lib/credit
    """
    from mlops_spec.deploy.follow import follow  # noqa: PLC0415

    pause = parsed(interval, seconds, "--interval", "5s or 1m")
    if once:
        return _one_pass(settings, form)
    follow(_settings(settings), pause, lambda done: _tell(done, form))
    return None


@click.command("deploy")
@_agent_options
@click.option("--resume", is_flag=True, help="After a crash: what each pass does, with or without it.")
def deploy_command(form: str, resume: bool, **settings: Any) -> int:  # noqa: ARG001 - see the docstring
    """Make one pass of the agent: exit 0 when what should be live is live, 1 when a rollout failed.

    A pass begins nothing: it carries out the intent that the ledger has, or heals what is live. So a pass after one
    that was killed takes up the same intent, and ends with the old version or the new one live and its outcome on
    record; --resume says no more than that.

    \b
    Example:
      mlops-spec deploy --environment staging --repository . --state /var/lib/credit-staging
    """
    return _one_pass(settings, form)


@click.command("score")
@click.argument("environment")
@click.option("--day", "days", multiple=True, type=click.DateTime(["%Y-%m-%d"]), help="A day to score, due or not.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Score all days of the schedule since this one.")
@click.option("--repository", default=".", show_default=True, help="The model's repository: a URL or a path.")
@click.option("--state", type=_FOLDER, help="Folder of this agent: clone, packages, what is done.")
@click.option("--remote", help=f"URL or folder of the DVC remote, instead of the one in {SETTINGS}.")
@click.option("--take-over", is_flag=True, help="The environment had another agent, which has ended for good.")
@click.option("--model", "models", multiple=True, help="A model to score, of several; without it, all.")
@click.option(
    "--matrix", type=click.IntRange(1, 256), help="Score nothing: say which models have it, in so many jobs at most."
)
@click.option("--format", "form", type=_FORMAT, default="text", show_default=True)
def score_command(
    *,
    environment: str,
    days: tuple[datetime, ...],
    since: datetime | None,
    matrix: int | None,
    form: str,
    **settings: Any,
) -> int:
    """Score what is due in a batch environment, as a pass of its agent does; exit 1 when a day could not be scored.

    A day whose scores stand is left alone; one that --day names is scored anew where its input or the live version is
    another than then. --since catches up from a day on, before the first version was live too. Of several models each
    is scored, or those that --model names; --matrix tells a workflow's jobs of them.

    \b
    Example:
      mlops-spec score nightly --day 2026-11-29 --state /var/lib/credit-nightly
    """
    if matrix is not None:
        return _tell_matrix(environment, settings["models"], Path(settings["repository"]), matrix, form)
    if settings["state"] is None:
        raise click.MissingParameter(param_hint="--state", param_type="option")
    asked = tuple(day.date().isoformat() for day in days)
    first = since.date().isoformat() if since is not None else None
    return _one_pass(settings | {"environment": environment, "days": asked, "since": first}, form)


def _tell_matrix(environment: str, names: tuple[str, ...], directory: Path, most: int, form: str) -> int:
    found = models_scored(repository(directory), environment, names, os.environ.get(VARIABLE, ""))
    jobs = [{"environment": environment, "models": " ".join(group)} for group in spread(found, most)]
    say({"matrix": matrix_of(jobs)}, ", ".join(found) or f"no model has {environment}", form, outputs=("matrix",))
    return Exit.OK


@click.command("status")
@click.option("--directory", "-C", type=_FOLDER, default=Path(), help="Root of the model's repository.")
@click.option("--state", type=_FOLDER, help="Folder of an agent on this host: look there instead of over HTTP.")
@in_models
@click.option("--format", "form", type=_FORMAT, default="text", show_default=True)
def status_command(directory: Path, state: Path | None, names: tuple[str, ...], form: str) -> int:
    """Compare what Git declares, its tags, what the ledger says and what is live; exit 1 when they differ.

    At the root of a repository of several models it looks at all of them, or at those that --model names.

    \b
    Example:
      mlops-spec status --format json
    """
    from mlops_spec.deploy.status import look_at_all  # noqa: PLC0415

    found = look_at_all(repository(directory), state, names)
    only = found[0] if len(found) == 1 and not found[0].folder else None
    if form == "json":
        told = {"models": [_standing_data(each) for each in found]} if only is None else _standing_data(only)
        words.data(told, indent=2)
    else:
        _print_standings(found)
        if only is None:
            words.out(f"{len(found)} model{'' if len(found) == 1 else 's'}")
    wrong = any(each.problems or any(standing.problems for standing in each.standings) for each in found)
    return Exit.FINDINGS if wrong else Exit.OK


def _standing_data(looked: Looked) -> dict[str, Any]:
    environments = [asdict(each) for each in looked.standings]
    return {"model": looked.model, "environments": environments, "problems": looked.problems}


def _print_standings(found: Sequence[Looked]) -> None:
    from rich.text import Text  # noqa: PLC0415

    from mlops_spec.deploy.say import standing_lines  # noqa: PLC0415
    from mlops_spec.words.terminal import terminal  # noqa: PLC0415

    lines: list[Text] = []
    for looked in found:
        lines += standing_lines(looked.model, looked.standings)
        lines += [Text(f"{each.environment}: {problem}") for each in looked.standings for problem in each.problems]
        lines += map(Text, looked.problems)
    if lines:
        terminal().print(Text("\n").join(lines))  # at once: rich takes longer to begin than to write a line


def _one_pass(settings: dict[str, Any], form: str) -> int:
    from mlops_spec.deploy.follow import once  # noqa: PLC0415

    found = once(_settings(settings))
    for done in found:
        _tell(done, form)
    return max((done.exit_code for done in found), default=Exit.OK)


def _settings(given: dict[str, Any]) -> Settings:
    from mlops_spec.deploy.passes import Settings  # noqa: PLC0415

    remote = given["remote"]
    if remote is not None and "://" not in remote:  # a folder: DVC would take it relative to its own configuration
        remote = str(Path(remote).expanduser().resolve())
    memory = given.get("memory")
    allowed = parsed(memory, size_in_bytes, "--memory", "500MB or 4GB") if memory is not None else None
    places = {"state": given["state"].resolve(), "remote": remote, "memory": allowed, "run": this_run()}
    return Settings(**given | places)


def _tell(done: Done, form: str) -> None:
    from mlops_spec.deploy.say import done_line  # noqa: PLC0415

    words.data(asdict(done)) if form == "json" else words.out(done_line(done))
