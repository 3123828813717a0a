"""The routing of requests: which version answers, and what happens when it doesn't.

The stable version answers whatever the candidate can't: a canary that crashes, hangs or answers badly costs its share
of the requests some time and nothing else. It counts against the candidate only where the stable version had an answer,
so that a client's mistake is nobody's fault.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mlops_spec.targets.local.serve.compare import Compared, compare
from mlops_spec.targets.local.serve.remote import Answer, Remote, problem

if TYPE_CHECKING:
    from mlops_spec.targets.local.serve.limits import Limits

Role = Literal["stable", "canary", "shadow", "pinned"]
_SHADOWS = 16  # copies under way at once; beyond that requests are not copied
_SAMPLES = 3
_SAMPLE_BYTES = 64 * 1024
_COMPARED_BYTES = 256 * 1024


@dataclass(frozen=True)
class Routes:
    """Where requests go; replaced as a whole, so that no request sees half a change."""

    stable: Remote | None = None
    candidate: Remote | None = None
    mode: Literal["canary", "shadow"] = "canary"
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Routed:
    """An answer, and who gave it."""

    answer: Answer
    by: Remote | None
    role: Role
    seconds: float


class Router:
    """Spreads requests over the versions that run."""

    def __init__(self, limits: Limits) -> None:
        self.routes = Routes()
        self.held = 0  # requests that wait for a stable version
        self.patience = limits.recovery_seconds
        self.retry_after = 1
        self._limits = limits
        self.samples: deque[bytes] = deque(maxlen=_SAMPLES)
        self._share = 0
        self._changed = asyncio.Event()
        self._shadows: set[asyncio.Task[None]] = set()

    async def answer(self, body: bytes) -> Routed:
        """The answer of the version whose turn it is, or of the stable one where that fails."""
        routes = self.routes
        chosen = routes.candidate if self._candidate_is_due(routes) else None
        started = time.perf_counter()
        if chosen is not None and routes.mode == "canary":
            answer = await _ask(chosen, body, self._limits.canary_seconds)
            if answer.status == 200:
                chosen.failures_in_a_row = 0
                return Routed(answer, chosen, "canary", time.perf_counter() - started)
        lost = time.perf_counter() - started
        stable = self.routes.stable
        if stable is None or stable.state != "ready":
            stable = await self.recovered()
        if stable is None:
            said = problem(503, "no version is ready; try again", self.retry_after)
            return Routed(said, None, "stable", time.perf_counter() - started)
        answer = await _ask(stable, body, self._limits.answer_seconds)
        if answer.status == 200:
            self._keep_for_warming(body)
            if chosen is not None and routes.mode == "canary":
                _count_failure(chosen, lost)
            elif chosen is not None:
                self._copy(stable, answer, chosen, body)
        return Routed(answer, stable, "stable", time.perf_counter() - started)

    async def pinned(self, body: bytes, version: str) -> Routed | None:
        """The answer of one version, without falling back; None where it doesn't run."""
        running = (self.routes.stable, self.routes.candidate)
        remote = next((each for each in running if each is not None and each.served.version == version), None)
        if remote is None:
            return None
        started = time.perf_counter()
        answer = await _ask(remote, body, self._limits.answer_seconds)
        return Routed(answer, remote, "pinned", time.perf_counter() - started)

    async def recovered(self) -> Remote | None:
        """The stable version once it runs again, or None when that takes too long or too many wait for it."""
        if self.held >= self._limits.waiting:
            return None
        self.held += 1
        try:
            async with asyncio.timeout(self.patience):
                while self.routes.stable is None or self.routes.stable.state != "ready":
                    await self._changed.wait()
                return self.routes.stable
        except TimeoutError:
            return None
        finally:
            self.held -= 1

    def change(self, routes: Routes) -> None:
        """Puts new routes in force for every request from now on, and starts new windows."""
        self.routes = routes
        self._changed.set()
        self._changed = asyncio.Event()
        self._share = 0
        for remote in (routes.stable, routes.candidate):
            if remote is not None:
                remote.counts.open_window()

    def _candidate_is_due(self, routes: Routes) -> bool:
        if routes.candidate is None or not routes.weight or not self._usable(routes.candidate):
            return False
        self._share += routes.weight
        if self._share < 100:
            return False
        self._share -= 100
        return True

    def _usable(self, remote: Remote) -> bool:
        return remote.state == "ready" and remote.failures_in_a_row < self._limits.canary_failures

    def _keep_for_warming(self, body: bytes) -> None:
        if len(body) <= _SAMPLE_BYTES:
            self.samples.append(body)

    def _copy(self, stable: Remote, answer: Answer, shadow: Remote, body: bytes) -> None:
        if len(self._shadows) < _SHADOWS:
            task = asyncio.ensure_future(self._compare(stable, answer, shadow, body))
            self._shadows.add(task)
            task.add_done_callback(self._shadows.discard)

    async def _compare(self, stable: Remote, answer: Answer, shadow: Remote, body: bytes) -> None:
        started = time.perf_counter()
        copy = await _ask(shadow, body, self._limits.canary_seconds)
        large = len(answer.payload) + len(copy.payload) > _COMPARED_BYTES
        found = _compared(stable, answer, shadow, copy) if copy.status == 200 and not large else None
        if found is not None:
            shadow.counts.compared(found)
        elif copy.status != 200 or not large:
            _count_failure(shadow, time.perf_counter() - started if copy.status != 200 else None)
            return
        shadow.failures_in_a_row = 0


def _count_failure(candidate: Remote, seconds: float | None) -> None:
    candidate.failures_in_a_row += 1
    candidate.counts.failed(seconds)


async def _ask(remote: Remote, body: bytes, seconds: float) -> Answer:
    started = time.perf_counter()
    answer = await remote.ask(body, seconds)
    remote.counts.answered(time.perf_counter() - started, answer.status, answer.scores, answer.outside)
    return answer


def _compared(stable: Remote, answer: Answer, shadow: Remote, copy: Answer) -> Compared | None:
    """The comparison of two answers; None where they can't be compared, whatever it is that a model's process sent."""
    if stable.deciding is None or shadow.deciding is None:
        return None
    try:
        return compare(answer.payload, stable.deciding, copy.payload, shadow.deciding)
    except (ValueError, LookupError, TypeError, RecursionError, ArithmeticError):
        return None
