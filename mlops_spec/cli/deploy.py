"""`agent`, `deploy`, `status`, `serve`: what runs where a model is live."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mlops_spec import words
from mlops_spec.errors import Exit, Failure
from mlops_spec.spec.base import seconds, size_in_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_spec.deploy.passes import Done, Settings

_FOLDER = click.Path(path_type=Path)
_Number = TypeVar("_Number", int, float)
_FORMAT = click.Choice(["text", "json"])


def _agent_options(command: Callable[..., int]) -> Callable[..., int]:
    options = (
        click.option("--environment", "-e", required=True, help="The environment of model.yaml that this host is."),
        click.option("--repository", required=True, help="The model's repository: a URL or a path."),
        click.option("--state", type=_FOLDER, required=True, help="Folder of this agent: clone, packages, log."),
        click.option("--listen", help="HOST:PORT, instead of the environment's `listen`."),
        click.option("--remote", help="URL or folder of the DVC remote, instead of the one in .dvc/config."),
        click.option("--take-over", is_flag=True, help="The environment had another agent, which has ended for good."),
        click.option("--supervised", is_flag=True, help="A service manager runs the server: never start one."),
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

    pause = _parsed(interval, seconds, "--interval", "5s or 1m")
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


@click.command("status")
@click.option("--directory", "-C", type=_FOLDER, default=Path(), help="Root of the model's repository.")
@click.option("--state", type=_FOLDER, help="Folder of an agent on this host: look there instead of over HTTP.")
@click.option("--format", "form", type=_FORMAT, default="text", show_default=True)
def status_command(directory: Path, state: Path | None, form: str) -> int:
    """Compare what Git declares, its tags, what the ledger says and what is live; exit 1 when they differ.

    \b
    Example:
      mlops-spec status --format json
    """
    from mlops_spec.deploy.say import standing_table  # noqa: PLC0415
    from mlops_spec.deploy.status import look  # noqa: PLC0415
    from mlops_spec.words.terminal import terminal  # noqa: PLC0415

    model, found, tags = look(directory, state)
    if form == "json":
        said = {"model": model, "environments": [asdict(each) for each in found], "problems": tags}
        words.data(said, indent=2)
    else:
        console = terminal()
        console.print(standing_table(model, found))
        for each in found:
            for problem in each.problems:
                console.print(f"{each.environment}: {problem}", markup=False)
        for problem in tags:
            console.print(problem, markup=False)
    return Exit.FINDINGS if tags or any(each.problems for each in found) else Exit.OK


@click.command("serve")
@click.argument("package", required=False, type=_FOLDER)
@click.option("--listen", default="127.0.0.1:8080", show_default=True, help="HOST:PORT; port 0 takes a free one.")
@click.option("--state", type=_FOLDER, help="Serve what an agent wants, from its folder.")
@click.option("--memory", default="4GB", show_default=True, help="Memory that one version may take.")
@click.option("--detach", is_flag=True, hidden=True)
def serve_command(package: Path | None, listen: str, state: Path | None, memory: str, detach: bool) -> int:
    """Answer predictions by the Open Inference Protocol, from one package or from what an agent put on this host.

    \b
    Example:
      mlops-spec serve build/package --listen 127.0.0.1:8080
      curl -s http://127.0.0.1:8080/v2/models/credit-default
    """
    if (package is None) == (state is None):
        raise click.UsageError("name a package, or the --state folder of an agent")
    from mlops_spec.targets.local.serve.limits import Limits  # noqa: PLC0415
    from mlops_spec.targets.local.serve.server import serve, serve_package  # noqa: PLC0415

    limits = Limits(memory_bytes=_parsed(memory, size_in_bytes, "--memory", "500MB or 4GB"))
    if state is not None:
        return serve(state / "server", listen, limits=limits, log=state / "predictions", detach=detach)
    assert package is not None
    with tempfile.TemporaryDirectory(prefix="mlops-spec-serve-") as folder:
        return serve_package(package, Path(folder), listen, limits=limits)


def _one_pass(settings: dict[str, Any], form: str) -> int:
    from mlops_spec.deploy.follow import once  # noqa: PLC0415

    done = once(_settings(settings))
    _tell(done, form)
    return done.exit_code


def _settings(given: dict[str, Any]) -> Settings:
    from mlops_spec.deploy.passes import Settings  # noqa: PLC0415

    remote = given["remote"]
    if remote is not None and "://" not in remote:  # a folder: DVC would take it relative to its own configuration
        remote = str(Path(remote).expanduser().resolve())
    return Settings(**given | {"state": given["state"].resolve(), "remote": remote})


def _tell(done: Done, form: str) -> None:
    from mlops_spec.deploy.say import done_line  # noqa: PLC0415

    words.data(asdict(done)) if form == "json" else words.out(done_line(done))


def _parsed(text: str, parse: Callable[[str], _Number], option: str, example: str) -> _Number:
    try:
        return parse(text)
    except (KeyError, ValueError) as error:
        raise Failure(f"{option} {text!r} can't be read", exit_code=Exit.USAGE, remedy=f"Write {example}.") from error
