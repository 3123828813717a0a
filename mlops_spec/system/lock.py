"""A lock on a folder that one process holds for life; the kernel frees it, however that process ends."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.system.digits import number_of

if TYPE_CHECKING:
    from pathlib import Path


def take(path: Path, held: str) -> int:
    """Locks a file for as long as the descriptor lives; raises Failure (75) with `held` where another has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise Failure(
            f"{held}, by process {_signed(path) or 'unknown'}",
            exit_code=Exit.STALE,
            remedy="There can be one; end that process first.",
        ) from error
    sign(descriptor)
    return descriptor


def sign(descriptor: int) -> None:
    """Writes into a lock who holds it."""
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)


def holder(path: Path) -> int | None:
    """The process that holds a lock, or None. While it is held its number can't be another process's."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return _signed(path)
    else:
        return None
    finally:
        os.close(descriptor)


def _signed(path: Path) -> int | None:
    return number_of(path.read_text(encoding="utf-8", errors="replace").strip())
