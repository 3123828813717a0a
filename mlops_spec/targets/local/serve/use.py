"""How often something was asked of late, as one number that halves with time: what is asked more is kept rather."""

from __future__ import annotations

import time

_HALF_SECONDS = 30.0


class Use:
    """Requests so far, each of which counts half as much every thirty seconds."""

    def __init__(self) -> None:
        self._count = 0.0
        self._at = time.monotonic()

    def asked(self) -> None:
        """Counts a request."""
        now = time.monotonic()
        self._count = self.rank(now) + 1.0
        self._at = now

    def rank(self, now: float) -> float:
        """The number at a moment of the monotonic clock."""
        return self._count * float(0.5 ** ((now - self._at) / _HALF_SECONDS))
