"""The gathering of requests that are answered together: all that wait, and those that are about to come.

A model's call costs much the same for one row and for many. Clients that were just answered ask again at once; without
waiting for them, they and those who wait already would take turns in two halves for ever. So where several are at it,
the next call waits for as many as were under way, but never longer than a quarter of what a call takes. A client that
asks alone never waits.
"""

from __future__ import annotations

import select
import time
from typing import TYPE_CHECKING

from mlops_spec.targets.local.serve.frame import Splitter

if TYPE_CHECKING:
    import socket

    from mlops_spec.targets.local.serve.frame import Frame

_RECEIVE = 2**20
_SHARE = 0.25
_LONGEST = 0.005


class Gathering:
    """Requests from one connection, in the groups that go into one call."""

    def __init__(self, connection: socket.socket, longest: float = _LONGEST) -> None:
        self._connection = connection
        self._longest = longest
        self._splitter = Splitter()
        self._expected = 0
        self._patience = 0.0
        self._waiting: list[Frame] = []

    def answering(self, number: int, seconds: float) -> None:
        """So many requests are about to be answered, by a call that took so long: who waits now is not one of them."""
        self._waiting = self._wait(0) or []
        self._expected = number + len(self._waiting)
        self._patience = min(seconds * _SHARE, self._longest)

    def next(self) -> list[Frame]:
        """The next group; empty when the other side has closed."""
        found, self._waiting = self._waiting, []
        started = time.monotonic()
        while not found:
            more = self._wait(None)
            if more is None:
                return []
            found += more
        start = time.monotonic()
        if start - started > self._patience:  # nobody came back at once, so nobody else will
            return found
        while len(found) < self._expected:
            left = start + self._patience - time.monotonic()
            more = self._wait(left) if left > 0 else None
            if more is None:
                break
            found += more
        return found

    def _wait(self, seconds: float | None) -> list[Frame] | None:
        """What comes within so many seconds, as soon as something does; None when the other side has closed."""
        if not select.select([self._connection], [], [], seconds)[0]:
            return []
        data = self._connection.recv(_RECEIVE)
        return self._splitter.feed(data) if data else None
