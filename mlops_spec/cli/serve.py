"""The command `serve`: the server of the target `local`, which it therefore knows, from one package or for an agent."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

import click

from mlops_spec.cli.option import parsed
from mlops_spec.spec.base import size_in_bytes

_FOLDER = click.Path(path_type=Path)


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
    from mlops_spec.targets.local.retention import predictions_of  # noqa: PLC0415
    from mlops_spec.targets.local.serve.limits import Limits  # noqa: PLC0415
    from mlops_spec.targets.local.serve.server import serve, serve_package  # noqa: PLC0415

    limits = Limits(memory_bytes=parsed(memory, size_in_bytes, "--memory", "500MB or 4GB"))
    if state is not None:
        log_of = partial(predictions_of, state)
        return serve(state / "server", listen, limits=limits, log_of=log_of, detach=detach)
    assert package is not None
    with tempfile.TemporaryDirectory(prefix="mlops-spec-serve-") as folder:
        return serve_package(package, Path(folder), listen, limits=limits)
