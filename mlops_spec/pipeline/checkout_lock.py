"""The lock that lets one run at a time into a checkout: it tells who holds it, and ends with its holder."""

from __future__ import annotations

import fcntl
import getpass
import os
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.system.files import followed, make_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PAUSE = 0.05


@contextmanager
def checkout_lock(path: Path, *, wait: float) -> Iterator[int]:
    """Holds `path` locked; waits at most `wait` seconds for another holder, then raises Failure (75), which names it.

    Gives the descriptor: a child that inherits it holds the lock as well. The kernel frees the lock when the last
    holder dies, however that happens; the file stays and is used again.
    """
    make_folder(followed(path).parent)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _acquire(descriptor, path, time.monotonic() + wait)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, _holder().encode(), 0)
        yield descriptor
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, path: Path, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise Failure(
                    f"another run holds this checkout: {os.pread(descriptor, 200, 0).decode(errors='replace')}",
                    exit_code=Exit.STALE,
                    remedy=f"Wait for it, stop it, or give --wait more seconds. The lock is {path}.",
                ) from None
            time.sleep(_PAUSE)
        else:
            return


def _holder() -> str:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{getpass.getuser()} since {now}, process {os.getpid()}"
