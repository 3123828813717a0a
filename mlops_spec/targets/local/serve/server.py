"""The start of the front: the folder's lock and the address come first, so that faults are said before it detaches."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import uvicorn

from mlops_spec import words
from mlops_spec.errors import Exit
from mlops_spec.package.on_disk import digest, verify
from mlops_spec.system.lock import sign, take
from mlops_spec.targets.live import Served
from mlops_spec.targets.local.serve.address import bind
from mlops_spec.targets.local.serve.front import Front
from mlops_spec.targets.local.serve.http import application
from mlops_spec.targets.local.serve.log import PredictionLog
from mlops_spec.targets.local.serve.wanted import LOCK, LOG, Wanted, write_wanted

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path

    from mlops_spec.targets.local.serve.limits import Limits


def serve(  # noqa: PLR0913 - one argument for each choice
    folder: Path,
    listen: str,
    *,
    limits: Limits,
    log_of: Callable[[str], Path] | None,
    detach: bool,
    tell: Callable[[str], None] | None = None,
) -> int:
    """Serves what the wishes in `folder` say at `listen` until a signal comes; `detach`: in a session of its own.

    `log_of` gives the folder for the predictions of a model, by the name of its wish; without it none are logged.
    `tell` is told the address once it is taken, with the port that a 0 came to.

    Raises:
        Failure: the address can't be taken (exit 78), or another server has the folder (exit 75).
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = take(folder / LOCK, f"{folder} is served already")
    listener = bind(listen)
    if tell is not None:
        host, port = listener.getsockname()
        tell(f"{host}:{port}")
    if detach and not _become_daemon(folder / LOG):
        return Exit.OK
    sign(lock)  # once more, for detaching has changed the process
    prediction_log = PredictionLog(log_of, limits) if log_of is not None else None
    try:
        front = Front(folder, listen, limits, prediction_log)
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_run(front, listener))
    finally:
        if prediction_log is not None:
            prediction_log.close()
    return Exit.OK


def serve_package(package: Path, folder: Path, listen: str, *, limits: Limits) -> int:
    """Serves one package until a signal comes; `folder` is a temporary one."""
    manifest = verify(package)
    served = Served("unreleased", digest(package), str(package.resolve()))
    write_wanted(folder, Wanted(model=manifest.model, stable=served, generation=1))

    def tell(address: str) -> None:
        words.err(f"serving {manifest.model} at http://{address}/v2/models/{manifest.model}")

    return serve(folder, listen, limits=limits, log_of=None, detach=False, tell=tell)


async def _run(front: Front, listener: socket.socket) -> None:
    config = uvicorn.Config(
        application(front),
        lifespan="off",
        interface="asgi3",
        access_log=False,
        log_level="warning",
        server_header=False,
        date_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=int(front.limits.drain_seconds),
        ws="none",
    )
    following = asyncio.ensure_future(front.run())
    try:
        await uvicorn.Server(config).serve(sockets=[listener])
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415 - a part of the extra that Windows doesn't have
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


def _become_daemon(log: Path) -> bool:
    """Goes on in a process of its own session, without a terminal; False in the process that was called."""
    if os.fork() > 0:
        return False
    os.setsid()
    if os.fork() > 0:
        os._exit(0)
    words.flush()
    null = os.open(os.devnull, os.O_RDONLY)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for source, target in ((null, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    os.chdir("/")
    return True
