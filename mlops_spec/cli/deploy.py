"""`serve`, `agent`, `deploy`, `status`: what runs where a model is live."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from mlops_spec.errors import Exit, Failure
from mlops_spec.spec.base import size_in_bytes

_SIZE_HELP = "Memory that one version may take, such as 4GB."


@click.command("serve")
@click.argument("package", required=False, type=click.Path(path_type=Path))
@click.option("--listen", default="127.0.0.1:8080", show_default=True, help="HOST:PORT; port 0 takes a free one.")
@click.option("--state", type=click.Path(path_type=Path), help="Serve what an agent wants, from its folder.")
@click.option("--memory", default="4GB", show_default=True, help=_SIZE_HELP)
@click.option("--detach", is_flag=True, hidden=True)
def serve_command(package: Path | None, listen: str, state: Path | None, memory: str, detach: bool) -> int:
    """Answers predictions from one package, or from what an agent put on this host.

    \b
    Example:
      mlops-spec serve build/package --listen 127.0.0.1:8080
      curl -s http://127.0.0.1:8080/v2/models/credit-default
    """
    if (package is None) == (state is None):
        raise click.UsageError("name a package, or the --state folder of an agent")
    from mlops_spec.serve.limits import Limits  # noqa: PLC0415
    from mlops_spec.serve.server import serve, serve_package  # noqa: PLC0415

    limits = Limits(memory_bytes=_bytes(memory))
    if state is not None:
        return serve(state / "server", listen, limits=limits, log=state / "predictions", detach=detach)
    assert package is not None
    with tempfile.TemporaryDirectory(prefix="mlops-spec-serve-") as folder:
        return serve_package(package, Path(folder), listen, limits=limits)


def _bytes(size: str) -> int:
    try:
        return size_in_bytes(size)
    except (KeyError, ValueError) as error:
        raise Failure(f"--memory {size!r} is no size", exit_code=Exit.USAGE, remedy="Write 500MB or 4GB.") from error
