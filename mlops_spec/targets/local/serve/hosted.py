"""One model at the server: its wish, a worker for each version of it that runs, and the routes between them."""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mlops_spec.targets.local.serve.counts import Counts
from mlops_spec.targets.local.serve.remote import Remote, problem
from mlops_spec.targets.local.serve.router import Routed, Router, Routes
from mlops_spec.targets.local.serve.use import Use
from mlops_spec.targets.local.serve.wanted import Status, Wanted, WorkerStatus, status_file, write_status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlops_spec.targets.live import Served
    from mlops_spec.targets.local.serve.limits import Limits

_FIRST_PAUSE = 0.5  # before a stable version that died twice is started again; doubles up to the longest
_LONGEST_PAUSE = 30.0
_FORGIVEN = 60.0
_WINDOW_TICKS = 2  # counts are told less often than changes
_BEGINNING = {"loading", "warming"}


@dataclass(frozen=True)
class _Retry:
    at: float
    pause: float


@dataclass
class Version:
    """What outlives a version's process: its counts, what it told of itself, and what loading it costs.

    `seconds` sums up its loads; `bytes` is what it takes, as somebody looked last, and `largest` the most of it ever.
    """

    served: Served
    counts: Counts = field(default_factory=Counts)
    metadata: dict[str, Any] = field(default_factory=dict)
    loads: int = 0
    unloads: int = 0
    seconds: float = 0.0
    bytes: int = 0
    largest: int = 0


class Hosted:
    """Makes what runs of a model equal to what is wanted; `name` is that of its wish."""

    def __init__(self, name: str, folder: Path, listen: str, limits: Limits) -> None:
        self.name = name
        self.router = Router(limits)
        self.use = Use()
        self.versions: dict[str, Version] = {}
        self.leaving: set[Remote] = set()
        self.workers: dict[str, Remote] = {}
        self._folder = folder
        self._listen = listen
        self._limits = limits
        self._wanted = Wanted(model="")
        self._retries: dict[str, _Retry] = {}
        self._been_live: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._written: Status | None = None
        self._told: tuple[Any, ...] = ()
        self._ticks = 0
        self._seen: object = None

    @property
    def model(self) -> str:
        """The model's name, empty before anything was ever wanted."""
        return self._wanted.model

    @property
    def stable(self) -> Remote | None:
        """The process of the version that answers, or shall."""
        return self.workers.get(self._wanted.stable.digest) if self._wanted.stable is not None else None

    @property
    def sleeps(self) -> bool:
        """Whether its version takes no memory now, but would answer when asked."""
        return self._wanted.stable is not None and self.stable is None and self.router.routes.stable is None

    @property
    def rolls_out(self) -> bool:
        """Whether a version is being tried."""
        return self._wanted.candidate is not None

    @property
    def wants_nothing(self) -> bool:
        """Whether nothing is wanted of it any more, and nothing runs."""
        wanted = self._wanted
        return wanted.stable is None and wanted.candidate is None and not self.workers and not self.leaving

    def want(self, wanted: Wanted | None) -> None:
        """Takes a new wish; None: there is none any more."""
        before, self._wanted = self._wanted, wanted or Wanted(model=self.model, generation=self._wanted.generation + 1)
        self._seen = None
        if self._wanted.stable is None:
            self.router.samples.clear()
        if before.model and self._wanted.reloads != before.reloads:
            for digest in [*self.workers]:
                self._stop(digest)

    def is_due(self) -> bool:
        """Whether anything happened that it has to see to; asked often of many, so it costs next to nothing."""
        seen = self._sight()
        changed = seen != self._seen
        self._seen = seen
        return (
            changed
            or self.rolls_out
            or self.router.held > 0
            or any(each.state != "ready" for each in self.workers.values())
        )

    def _sight(self) -> object:
        answers = sum(each.counts.answers for each in self.workers.values())
        states = [each.state for each in self.workers.values()]
        ending, waiting = len(self.leaving), self.router.held > 0
        return self._wanted.generation, states, ending, answers, self.router.routes, waiting

    def missing(self) -> Iterator[Served]:
        """The versions that are wanted, do not run, and may be started now."""
        wanted = self._wanted
        for served in (wanted.stable, wanted.candidate):
            if served is not None and self._may_start(served):
                yield served

    def load(self, served: Served) -> None:
        """Starts a version's process."""
        version = self.versions.setdefault(served.digest, Version(served))
        self._count_retry(served)
        worker = self.workers[served.digest] = Remote(served, self._limits, self._folder, version.counts, self.name)
        self._background(self._load(worker, version))

    def refuse(self, served: Served, reason: str) -> None:
        """Says why a version can't be started."""
        worker = self.workers[served.digest] = Remote(served, self._limits, self._folder, Counts(), self.name)
        worker.fail(reason)

    def unload(self) -> int:
        """Ends the process of the version that answers, until it is asked again; the bytes that this sets free."""
        stable, freed = self.stable, self.stable_size
        assert stable is not None
        self.versions[stable.served.digest].unloads += 1
        self._stop(stable.served.digest)
        self.route()
        return freed

    @property
    def is_idle(self) -> bool:
        """Whether it could be unloaded: its version runs, nobody waits for it, and no other is tried beside it."""
        stable = self.stable
        return stable is not None and stable.state == "ready" and not stable.waiting and not self.rolls_out

    @property
    def stable_size(self) -> int:
        """Bytes of the version that answers, where it runs."""
        stable = self.stable
        return self.versions[stable.served.digest].bytes if stable is not None else 0

    def largest(self, served: Served) -> int:
        """The most bytes that a version was ever seen to take; 0: it never ran."""
        known = self.versions.get(served.digest)
        return known.largest if known is not None else 0

    def measured(self, digest: str, found: int) -> None:
        """Takes down what a version takes."""
        version = self.versions[digest]
        version.bytes, version.largest = found, max(found, version.largest)

    def running(self) -> dict[str, Remote]:
        """The processes of versions, by digest."""
        return {digest: worker for digest, worker in self.workers.items() if digest in self.versions}

    def stop_unwanted(self) -> None:
        """Ends what nobody wants any more, but not what answers still."""
        kept = {served.digest for served in (self._wanted.stable, self._wanted.candidate) if served is not None}
        for digest in self.workers.keys() - kept:
            if self.workers[digest] is not self.router.routes.stable:
                self._stop(digest)
        for digest in self.versions.keys() - kept - self.workers.keys():
            del self.versions[digest]

    def route(self) -> None:
        """Lets requests go where they are wanted, as soon as somebody is there."""
        wanted, routes = self._wanted, self.router.routes
        stable = self._ready(wanted.stable)
        new = Routes(
            # the old stable version answers until the new one is ready
            stable=stable
            or (routes.stable if wanted.stable is not None and routes.stable not in self.leaving else None),
            candidate=self._ready(wanted.candidate),
            mode=wanted.mode,
            weight=wanted.weight if wanted.expires is None or time.time() < wanted.expires else 0,
        )
        if new != routes:
            self.router.change(new)
        if stable is not None:
            self._been_live.add(stable.served.digest)
        self._be_patient()

    def _be_patient(self) -> None:
        """Who asks while it sleeps waits for its load."""
        router, limits = self.router, self._limits
        if not self.sleeps:
            router.patience, router.retry_after = limits.recovery_seconds, 1
        else:
            version = self.versions.get(self._wanted.stable.digest) if self._wanted.stable is not None else None
            took = version.seconds / version.loads if version is not None and version.loads else 1.0
            router.patience, router.retry_after = limits.answer_seconds, max(math.ceil(took), 1)

    def write_status(self) -> None:
        """Tells the agent, where there is anything new."""
        self._ticks += 1
        key = (self._generation(), self.router.routes, [(each, each.state) for each in self.workers.values()])
        if key == self._told and self._ticks % _WINDOW_TICKS:
            self._seen = None  # there may be something to tell at the next tick
            return
        status = self._status()
        if status != self._written:
            with contextlib.suppress(OSError):  # a full disk: a later tick tries again
                write_status(self._folder, status, self.name)
                self._written, self._told = status, key

    def rename(self, name: str) -> None:
        """Goes on under another name of its wish."""
        status_file(self._folder, self.name).unlink(missing_ok=True)
        self.name, self._written, self._told = name, None, ()

    def describe(self) -> dict[str, Any]:
        """What `/version` says: the version that answers, its digest, and the candidate with its weight."""
        routes = self.router.routes
        candidate = routes.candidate
        stable = routes.stable.served if routes.stable is not None else None
        return {
            "model": self.model,
            **_named(stable or self._promised),
            "candidate": None if candidate is None else {**_named(candidate.served), "mode": routes.mode},
            "weight": routes.weight,
        }

    def answering(self) -> list[Served]:
        """The versions that requests may go to, the stable one first, whether it has to be loaded for that or not."""
        routes, asleep = self.router.routes, self._wanted.stable if self.sleeps else None
        running = [each.served for each in (routes.stable, routes.candidate) if each is not None]
        return [asleep, *running] if asleep is not None else running

    def answers_as(self, version: str | None = None) -> Served | None:
        """The version that a request for this one, or for any, goes to first."""
        return next((each for each in self.answering() if version in (None, each.version)), None)

    def is_ready(self, served: Served | None = None) -> bool:
        """Whether a version answers, the stable one where none is named; what sleeps does, once it was asked."""
        worker = self.router.routes.stable if served is None else self.workers.get(served.digest)
        return worker.state in {"ready", "draining"} if worker is not None else self.sleeps

    async def metadata(self, served: Served) -> dict[str, Any]:
        """What a version says of its inputs and outputs; one that never ran here is loaded for that."""
        known = self.versions.get(served.digest)
        if known is None or not known.metadata:
            await self.router.recovered()
            known = self.versions.get(served.digest)
        return known.metadata if known is not None else {}

    async def pinned(self, body: bytes, version: str) -> Routed | None:
        """The answer of one version, which is loaded where it sleeps; None where it is not here."""
        asleep = self._wanted.stable if self.sleeps else None
        if asleep is not None and asleep.version == version and await self.router.recovered() is None:
            return Routed(
                problem(503, f"version {version} is not loaded yet", self.router.retry_after), None, "pinned", 0.0
            )
        return await self.router.pinned(body, version)

    def statuses(self) -> list[WorkerStatus]:
        """All versions of it: those that run, those that failed, and the one that sleeps."""
        asleep = self._wanted.stable if self.sleeps else None
        resting = [WorkerStatus(asleep.version, asleep.digest, "unloaded")] if asleep is not None else []
        return [*(worker.status() for worker in self.workers.values()), *resting]

    async def stop(self) -> None:
        """Lets every worker finish what it has begun."""
        for task in self._tasks:
            task.cancel()
        running = {*self.workers.values(), *self.leaving}
        await asyncio.gather(*(worker.stop() for worker in running), return_exceptions=True)

    def _samples(self, served: Served) -> tuple[bytes, ...]:
        """Requests that were answered, to try a new version with; none for one that was live: one may have hurt it."""
        return () if served.digest in self._been_live else tuple(self.router.samples)

    def _may_start(self, served: Served) -> bool:
        worker = self.workers.get(served.digest)
        if worker is None:
            return True
        retry = self._retries.get(served.digest)
        if worker.state != "failed" or served != self._wanted.stable:
            return False
        return retry is None or time.monotonic() >= retry.at

    def _count_retry(self, served: Served) -> None:
        """The first start anew is free; from then on each waits twice as long as the one before."""
        worker = self.workers.get(served.digest)
        if worker is None or worker.state != "failed":
            return
        now, retry = time.monotonic(), self._retries.get(served.digest)
        pause = 0.0 if retry is None or now > retry.at + _FORGIVEN else retry.pause
        pause = min(max(pause * 2, _FIRST_PAUSE), _LONGEST_PAUSE)
        self._retries[served.digest] = _Retry(now + pause, pause)

    async def _load(self, worker: Remote, version: Version) -> None:
        started = time.perf_counter()
        await worker.start(self._samples(worker.served))
        if worker.state == "ready":
            version.loads += 1
            version.seconds += time.perf_counter() - started
            version.metadata = worker.metadata

    def _stop(self, digest: str) -> None:
        worker = self.workers.pop(digest)
        self.leaving.add(worker)
        self._background(self._left(worker))

    async def _left(self, worker: Remote) -> None:
        try:
            await worker.stop()
        finally:
            self.leaving.discard(worker)

    def _ready(self, served: Served | None) -> Remote | None:
        worker = self.workers.get(served.digest) if served is not None else None
        return worker if worker is not None and worker.state == "ready" else None

    def _generation(self) -> int:
        wanted = self._wanted
        loading = any(worker.state in _BEGINNING for worker in self.workers.values())
        waits = wanted.candidate is not None and wanted.candidate.digest not in self.workers
        before = self._written.generation if self._written is not None else -1
        return min(before, wanted.generation) if loading or waits else wanted.generation

    @property
    def _promised(self) -> Served | None:
        """The version that whoever asks now will be answered by, once it is loaded."""
        loads = self.stable is not None and self.stable.state in _BEGINNING
        return self._wanted.stable if loads or self.sleeps else None

    def _status(self) -> Status:
        routes = self.router.routes
        answering = routes.stable.served if routes.stable is not None else self._promised
        return Status(
            pid=os.getpid(),
            listen=self._listen,
            generation=self._generation(),
            model=self.model,
            stable=answering.digest if answering is not None else None,
            candidate=routes.candidate.served.digest if routes.candidate is not None else None,
            weight=routes.weight,
            workers=tuple(self.statuses()),
        )

    def _background(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _named(served: Served | None) -> dict[str, str | None]:
    return {
        "version": served.version if served is not None else None,
        "digest": served.digest if served is not None else None,
    }
