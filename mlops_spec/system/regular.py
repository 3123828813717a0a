"""Checks that a file is a regular one: a pipe would block for ever, and a device never ends."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Whoever names what lies here means it: `/dev/stdin`, or a shell's `<(…)`.
_MEANT = ("/dev/", "/proc/", "/sys/")
_FILES = "/dev/shm/"  # noqa: S108 - a disk in memory, where files lie as elsewhere

_asked: list[bool] = []


def special(path: object) -> bool:
    """Whether a path leads to a pipe or a device, and does not say so itself."""
    if not isinstance(path, str) or (path.startswith(_MEANT) and not path.startswith(_FILES)):
        return False
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - each file that is opened pays for it
    except (OSError, ValueError):
        return False  # whoever opens it is told
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode) or stat.S_ISBLK(mode)


def regular(path: Path) -> Path:
    """The path, for a library that opens files outside of Python, where `files_alone` sees none; raises as it does."""
    if special(str(path)):
        raise _no_file(path)
    return path


@contextmanager
def files_alone() -> Iterator[None]:
    """As long as it lasts nobody opens one: a Failure (78) names it."""
    _watch()
    _asked.append(True)
    try:
        yield
    finally:
        _asked.pop()


@cache
def _watch() -> None:
    sys.addaudithook(_refuse)  # which stays as long as the process


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _asked and special(arguments[0]):
        raise _no_file(arguments[0])


def _no_file(path: object) -> Failure:
    return Failure(
        f"{path} is a pipe or a device, not a file",
        exit_code=Exit.CONFIG,
        remedy="Put a file in its place, or name what is meant by /dev/stdin.",
    )
