"""The server's address: taken before anything else, by who serves and by who asks whether it can."""

from __future__ import annotations

import errno
import socket

from mlops_spec.errors import Exit, Failure
from mlops_spec.system.digits import number_of

_BACKLOG = 2048


def bind(listen: str) -> socket.socket:
    """A listening socket at `HOST:PORT`; port 0 takes any. Raises Failure (exit 78) where that can't be had."""
    host, _, port = listen.rpartition(":")
    number = number_of(port)
    if not host or number is None or number > 65535:
        raise Failure(f"{listen!r} is no address to listen at", exit_code=Exit.CONFIG, remedy="Use 127.0.0.1:8080.")
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, number))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        taken = error.errno == errno.EADDRINUSE
        raise Failure(
            f"can't listen at {listen}: {'another process does' if taken else error.strerror or error}",
            exit_code=Exit.CONFIG,
            remedy="End that process, or give this environment another `listen` in model.yaml." if taken else "",
        ) from error
    return listener
