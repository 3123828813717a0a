"""Requests to end this process, taken as an interrupt is: what runs elsewhere on its behalf can be stopped first."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_REQUESTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def told_to_end() -> Iterator[threading.Event]:
    """An event that is set when somebody asks this process to end, which then is a KeyboardInterrupt in the block.

    Threads see the event alone. What we were started to ignore, as `nohup` has it, stays ignored; and in a thread that
    is not the main one, which gets no signals, the event is never set.
    """
    ended = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield ended
        return

    def end(_number: int, _frame: object) -> None:
        ended.set()
        raise KeyboardInterrupt

    before = {number: signal.getsignal(number) for number in _REQUESTS}
    heard = [number for number, handler in before.items() if handler != signal.SIG_IGN]
    for number in heard:
        signal.signal(number, end)
    try:
        yield ended
    finally:
        for number in heard:
            signal.signal(number, before[number])
