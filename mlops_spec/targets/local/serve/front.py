"""The server's one lasting process: it owns the socket, follows `wanted.json` and keeps a worker per wanted version."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlops_spec.errors import Failure
from mlops_spec.targets.local.serve.remote import Remote
from mlops_spec.targets.local.serve.router import Router, Routes
from mlops_spec.targets.local.serve.wanted import WANTED, Status, Wanted, read_wanted, write_status

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.targets.live import Served
    from mlops_spec.targets.local.serve.limits import Limits
    from mlops_spec.targets.local.serve.log import PredictionLog

_TICK = 0.05
_FIRST_PAUSE = 0.5  # before a stable version that died twice is started again; doubles up to the longest
_LONGEST_PAUSE = 30.0
_FORGIVEN = 60.0
_WINDOW_TICKS = 2  # counts are told less often than changes


@dataclass(frozen=True)
class _Retry:
    at: float
    pause: float


class Front:
    """Makes what runs equal to what is wanted, again and again."""

    def __init__(self, folder: Path, listen: str, limits: Limits, log: PredictionLog | None) -> None:
        self.router = Router(limits)
        self.limits = limits
        self.log = log
        self._folder = folder
        self._listen = listen
        self._wanted = Wanted(model="")
        self._seen: tuple[int, int] | None = None
        self._workers: dict[str, Remote] = {}
        self._retries: dict[str, _Retry] = {}
        self._been_live: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._written: Status | None = None
        self._told: tuple[Any, ...] = ()
        self._ticks = 0

    @property
    def model(self) -> str:
        """The model's name, empty before anything was ever wanted."""
        return self._wanted.model

    def describe(self) -> dict[str, Any]:
        """What `/version` says: the version that answers, its digest, and the candidate with its weight."""
        routes = self.router.routes
        candidate = routes.candidate
        return {
            "model": self.model,
            **_named(routes.stable),
            "candidate": None if candidate is None else {**_named(candidate), "mode": routes.mode},
            "weight": routes.weight,
            "agent_seen": _changed_at(self._folder.parent / "agent.json"),
        }

    async def run(self) -> None:
        """Follows the wish until cancelled, and then lets every worker finish what it has begun."""
        try:
            while True:
                self._read()
                self._start_and_stop()
                self._route()
                self._write_status()
                await asyncio.sleep(_TICK)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*(worker.stop() for worker in self._workers.values()), return_exceptions=True)

    def _read(self) -> None:
        try:
            found = (self._folder / WANTED).stat()
            if self._seen != (found.st_mtime_ns, found.st_ino):
                self._wanted = read_wanted(self._folder) or self._wanted
                self._seen = (found.st_mtime_ns, found.st_ino)
        except (OSError, Failure):  # what runs goes on running; the agent sees that the generation does not move
            return

    def _start_and_stop(self) -> None:
        wanted = self._wanted
        for served in (wanted.stable, wanted.candidate):
            if served is not None and self._needs_start(served):
                worker = self._workers[served.digest] = Remote(served, self.limits, self._folder)
                self._background(worker.start(self._samples(served)))
        kept = {served.digest for served in (wanted.stable, wanted.candidate) if served is not None}
        answering = self.router.routes.stable
        for digest in self._workers.keys() - kept:
            if self._workers[digest] is not answering:
                self._background(self._workers.pop(digest).stop())

    def _samples(self, served: Served) -> tuple[bytes, ...]:
        """Requests that were answered, to try a new version with; none for one that was live: one may have hurt it."""
        return () if served.digest in self._been_live else tuple(self.router.samples)

    def _needs_start(self, served: Served) -> bool:
        worker = self._workers.get(served.digest)
        if worker is None:
            return True
        if worker.state != "failed" or served != self._wanted.stable:
            return False
        now = time.monotonic()
        retry = self._retries.get(served.digest)
        if retry is None or now > retry.at + _FORGIVEN:
            retry = _Retry(now, 0.0)
        elif now < retry.at:
            return False
        pause = min(max(retry.pause * 2, _FIRST_PAUSE), _LONGEST_PAUSE)
        self._retries[served.digest] = _Retry(now + pause, pause)
        return True

    def _route(self) -> None:
        wanted, routes = self._wanted, self.router.routes
        stable = self._ready(wanted.stable)
        new = Routes(
            # the old stable version answers until the new one is ready
            stable=stable or (routes.stable if wanted.stable is not None else None),
            candidate=self._ready(wanted.candidate),
            mode=wanted.mode,
            weight=wanted.weight if wanted.expires is None or time.time() < wanted.expires else 0,
        )
        if new != routes:
            self.router.change(new)
        if stable is not None:
            self._been_live.add(stable.served.digest)

    def _ready(self, served: Served | None) -> Remote | None:
        worker = self._workers.get(served.digest) if served is not None else None
        return worker if worker is not None and worker.state == "ready" else None

    def _write_status(self) -> None:
        self._ticks += 1
        key = (self._generation(), self.router.routes, [(each, each.state) for each in self._workers.values()])
        if key == self._told and self._ticks % _WINDOW_TICKS:
            return
        status = self._status()
        if status != self._written:
            with contextlib.suppress(OSError):  # a full disk: a later tick tries again
                write_status(self._folder, status)
                self._written, self._told = status, key

    def _generation(self) -> int:
        settled = not any(worker.state in {"loading", "warming"} for worker in self._workers.values())
        before = self._written.generation if self._written is not None else -1
        return self._wanted.generation if settled else min(before, self._wanted.generation)

    def _status(self) -> Status:
        routes = self.router.routes
        return Status(
            pid=os.getpid(),
            listen=self._listen,
            generation=self._generation(),
            model=self.model,
            stable=routes.stable.served.digest if routes.stable is not None else None,
            candidate=routes.candidate.served.digest if routes.candidate is not None else None,
            weight=routes.weight,
            workers=tuple(worker.status() for worker in self._workers.values()),
        )

    def _background(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _named(remote: Remote | None) -> dict[str, str | None]:
    return {
        "version": remote.served.version if remote is not None else None,
        "digest": remote.served.digest if remote is not None else None,
    }


def _changed_at(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except OSError:
        return None
