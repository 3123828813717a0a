"""What stands in a file's place and is none: a pipe would be waited for, and a device read, for ever."""

from __future__ import annotations

import os
import stat
from typing import Any

from mlops_spec.errors import Exit, Failure

# Whoever names what lies here means it: `/dev/stdin`, or a shell's `<(…)`.
_MEANT = ("/dev/", "/proc/", "/sys/")
_FILES = "/dev/shm/"  # noqa: S108 - a disk in memory, where files lie as elsewhere


def special(path: object) -> bool:
    """Whether a path leads to a pipe or a device, and does not say so itself."""
    if not isinstance(path, str) or (path.startswith(_MEANT) and not path.startswith(_FILES)):
        return False
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - each file that is opened pays for it
    except (OSError, ValueError):
        return False  # whoever opens it is told
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode) or stat.S_ISBLK(mode)


def refuse_special(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook, by which no command opens one; raises Failure (78), which names it."""
    if event == "open" and special(arguments[0]):
        raise Failure(
            f"{arguments[0]} is a pipe or a device, not a file",
            exit_code=Exit.CONFIG,
            remedy="Put a file in its place, or name what is meant by /dev/stdin.",
        )
