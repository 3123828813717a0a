"""The limits of the server: how much of everything it takes before it says no."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds of one server; times in seconds, sizes in bytes."""

    body_bytes: int = 8 * 2**20
    body_seconds: float = 30.0
    answer_seconds: float = 30.0
    canary_seconds: float = 1.0  # after that the stable version answers instead
    load_seconds: float = 120.0
    recovery_seconds: float = 10.0  # how long a request waits for a stable version that is starting again
    drain_seconds: float = 35.0  # longer than any answer may take
    waiting: int = 512  # requests at one worker
    canary_failures: int = 3  # in a row: then it gets no more requests
    memory_bytes: int = 4 * 2**30  # of one worker
    log_bytes: int = 64 * 2**20  # of one file of the prediction log
    log_waiting: int = 20_000  # records not yet written; more are dropped, and counted
