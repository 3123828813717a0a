"""The environments of jobs, kept between rehearsals so that nothing is installed or compiled twice.

A runner of one's own is like that; `uv sync --locked` runs all the same and mends what differs. A rehearsal has its
set to itself: another one at the same time takes, or begins, the next.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.lint import cache

if TYPE_CHECKING:
    from collections.abc import Iterator


def place() -> Path:
    """The folder of all sets, in this user's cache."""
    return Path(cache.directory()).with_name("rehearsal")


@contextmanager
def kept(base: Path) -> Iterator[Path]:
    """The first set under `base` that nobody uses, held until the end or until this process dies.

    Raises:
        Failure: the folder can't be made or written (exit 78).
    """
    try:
        base.mkdir(parents=True, exist_ok=True)
        folder, descriptor = next(found for number in count(1) if (found := _taken(base / str(number))))
    except OSError as error:
        raise Failure(f"{error.filename or base}: {error.strerror}", exit_code=Exit.CONFIG) from error
    try:
        yield folder
    finally:
        os.close(descriptor)


def _taken(folder: Path) -> tuple[Path, int] | None:
    folder.mkdir(exist_ok=True)
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return folder, descriptor
