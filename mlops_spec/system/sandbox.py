"""The sandbox of a process that loads a model: no endless memory, core files, new privileges or network.

A program of its own, which turns into that process: namespaces must be left before NumPy starts its threads.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_SIGKILL = 9


def main(argv: Sequence[str]) -> None:
    """`MEMORY_BYTES MODULE ARGUMENT...`: becomes the program of a module of ours with these arguments."""
    enter(int(argv[0]))
    os.execv(sys.executable, [sys.executable, "-P", "-m", *argv[1:]])  # noqa: S606 - no shell


def enter(memory_bytes: int) -> None:
    """Limits this process for good. What the kernel doesn't offer (macOS, a container's rules) is left out."""
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, 1024)
    # Private memory, on Linux; RLIMIT_AS would count what libraries only reserve.
    _limit(resource.RLIMIT_DATA, memory_bytes)
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _leave_network(libc)
        # Where memory runs out all the same, the kernel takes a worker before anything else.
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000")


def _limit(what: int, amount: int) -> None:
    _, hard = resource.getrlimit(what)
    amount = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(what, (amount, amount))


def _leave_network(libc: ctypes.CDLL) -> None:
    """Moves into a network namespace of its own, which has no interface that is up; needs a single thread."""
    user, group = os.getuid(), os.getgid()
    if libc.unshare(_CLONE_NEWNET if user == 0 else _CLONE_NEWNET | _CLONE_NEWUSER) != 0 or user == 0:
        return
    with contextlib.suppress(OSError):
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


if __name__ == "__main__":
    main(sys.argv[1:])
