"""Ends a process with all its children, which would otherwise hold its output open and work on."""

from __future__ import annotations

import signal
from contextlib import suppress

import psutil  # type: ignore[import-untyped]  # DVC brings it

_KINDNESS = 10.0  # seconds to stop by themselves


def end(process: int, kindness: float = _KINDNESS) -> None:
    """Interrupts them all, as Ctrl-C does, and kills those that are still there after so many seconds."""
    try:
        first = psutil.Process(process)
        found = [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for each in found:
        with suppress(psutil.Error):
            each.send_signal(signal.SIGINT)
    left = psutil.wait_procs(found, timeout=kindness)[1]
    for each in left:
        with suppress(psutil.Error):
            each.kill()
    psutil.wait_procs(left, timeout=_KINDNESS)
