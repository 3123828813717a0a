"""The memory that processes have and that a host has, as the kernel tells it."""

from __future__ import annotations

import os
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_CGROUP = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def resident(process: int | None) -> int:
    """Bytes that a process has in memory, shared ones too; 0 where nobody can tell (macOS) or none is."""
    if process is None:
        return 0
    try:
        return int(Path(f"/proc/{process}/statm").read_bytes().split()[1]) * _PAGE
    except (OSError, ValueError, IndexError):
        return 0


def of_host() -> int:
    """Bytes that this host has, or that its container may take where that is less."""
    return min((_PAGE * os.sysconf("SC_PHYS_PAGES"), *_of_container()))


def _of_container() -> list[int]:
    found = []
    for file in _CGROUP:
        try:
            found.append(int(Path(file).read_text(encoding="ascii")))
        except (OSError, ValueError):  # there is none, or it says `max`
            continue
    return found
