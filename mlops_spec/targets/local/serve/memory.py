"""The memory of all models at one server: whose version is loaded next, and whose is unloaded to make room.

What is asked less makes room for what is asked more, never the other way round. A version that is rolled out takes the
room of any model that nobody waits for; what nobody asks for is loaded only where there is room.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.targets.local.serve.resident import resident

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mlops_spec.targets.live import Served
    from mlops_spec.targets.local.serve.hosted import Hosted
    from mlops_spec.targets.local.serve.remote import Remote

_UNKNOWN = 160 * 2**20  # what a version is taken to need before any was loaded
_AT_ONCE = max(2, os.cpu_count() or 1)  # loads side by side
_SLOW_SECONDS = 10.0  # a load that takes longer may hang, and holds up one that somebody waits for no more
_SLOW_AT_ONCE = 3 * _AT_ONCE
_LOOK_SECONDS = 0.25
_BEGINNING = {"loading", "warming"}


@dataclass(frozen=True)
class _Claim:
    """A version that shall be loaded. `urgent`: it is rolled out; `asked`: requests wait for it."""

    hosted: Hosted
    served: Served
    urgent: bool
    asked: bool
    rank: float

    @property
    def presses(self) -> bool:
        """Whether somebody waits for it."""
        return self.urgent or self.asked

    def order(self) -> tuple[bool, bool, float]:
        """What is rolled out first, then what is asked, and more before less."""
        return not self.urgent, not self.asked, -self.rank


@dataclass
class _Room:
    """Bytes as a look finds them: `taken` and reserved by all that runs, `leaving` of them with what ends just now."""

    taken: int
    leaving: int


class Memory:
    """Keeps what runs within `allowed` bytes (None: any), this process among it; `patience` is in seconds."""

    def __init__(self, allowed: int | None, patience: float, measure: Callable[[int | None], int] = resident) -> None:
        self.allowed = allowed
        self._patience = patience
        self._measure = measure
        self._looked = 0.0
        self._waiting: dict[tuple[str, str], float] = {}  # rollouts that found no room, and since when

    def balance(self, models: Sequence[Hosted], stirred: Sequence[Hosted]) -> None:
        """Starts what shall run and finds room, and unloads what there is no room for.

        All `models` are looked at now and then; those alone that are `stirred`, to which something happened, always.
        """
        now = time.monotonic()
        due = now - self._looked >= _LOOK_SECONDS
        if due:
            self._looked = now
            self._measure_all(models)
            self._shrink(models, now)
        claims = sorted(_claims(models if due else stirred, now), key=_Claim.order)
        if claims and self.allowed is None:
            for claim in claims:
                claim.hosted.load(claim.served)
        elif claims:
            self._admit_some(claims, models, now)

    def resident(self, models: Iterable[Hosted]) -> int:
        """Bytes of this process and of all that run for these models, as they were measured last."""
        running = (hosted.versions[digest].bytes for hosted in models for digest in hosted.running())
        return self._measure(os.getpid()) + sum(running) + self._leaving(models)

    def _admit_some(self, claims: Sequence[_Claim], models: Sequence[Hosted], now: float) -> None:
        beginning = [now - worker.began for worker in _beginning(models)]
        room = _Room(self.resident(models) + self._reserved(models), self._leaving(models))
        typical = _typical(models)
        for claim in claims:
            if _too_many(beginning, presses=claim.presses):
                return
            if self._admit(claim, room, models, typical, now):
                beginning.append(0.0)
            elif not claim.presses:
                return

    def _admit(self, claim: _Claim, room: _Room, models: Sequence[Hosted], typical: int, now: float) -> bool:
        assert self.allowed is not None
        need = claim.hosted.largest(claim.served) or typical
        missing = room.taken + need - self.allowed
        key = claim.hosted.name, claim.served.digest
        if missing <= 0 or not any(each.workers or each.leaving for each in models):
            self._waiting.pop(key, None)
            room.taken += need
            claim.hosted.load(claim.served)
            return True
        if missing > room.leaving and claim.presses:
            _make_room(claim, missing - room.leaving, room, models, now)
        if claim.urgent and now - self._waiting.setdefault(key, now) > self._patience:
            del self._waiting[key]
            claim.hosted.refuse(claim.served, f"no room for it within {self._patience:g} s: all else is being asked")
        return False

    def _measure_all(self, models: Iterable[Hosted]) -> None:
        for hosted in models:
            for digest, worker in hosted.running().items():
                if found := self._measure(worker.pid):
                    hosted.measured(digest, found)

    def _shrink(self, models: Sequence[Hosted], now: float) -> None:
        """Makes what grew fit again: by the models that are asked least, and where none is idle, by what is loading."""
        if self.allowed is None:
            return
        over = self.resident(models) - self._leaving(models) - self.allowed
        for each in _idle(models, now) if over > 0 else ():
            if over <= 0:
                return
            over -= each.unload()
        if over > 0 and (loading := _beginning(models)):
            newest = max(loading, key=lambda worker: worker.began)
            newest.fail(f"there is no room for it in {self.allowed / 1e6:,.0f} MB beside what is asked more")
            newest.kill()

    def _reserved(self, models: Iterable[Hosted]) -> int:
        """What loads now will take, beyond what it takes already."""
        typical = _typical(models)
        return sum(
            max((hosted.largest(worker.served) or typical) - hosted.versions[digest].bytes, 0)
            for hosted in models
            for digest, worker in hosted.running().items()
            if worker.state in _BEGINNING
        )

    def _leaving(self, models: Iterable[Hosted]) -> int:
        return sum(self._measure(worker.pid) for each in models for worker in each.leaving)


def _too_many(beginning: Sequence[float], *, presses: bool) -> bool:
    """Whether no more loads may begin beside those that began so many seconds ago; what nobody waits for is alone."""
    if not presses:
        return bool(beginning)
    return sum(age < _SLOW_SECONDS for age in beginning) >= _AT_ONCE or len(beginning) >= _SLOW_AT_ONCE


def _make_room(claim: _Claim, missing: int, room: _Room, models: Sequence[Hosted], now: float) -> None:
    """Unloads what is asked less, if that is enough."""
    chosen = []
    for each in _idle(models, now):
        if missing <= 0 or not (claim.urgent or each.use.rank(now) < claim.rank):
            break
        if each is not claim.hosted:
            chosen.append(each)
            missing -= each.stable_size
    if missing <= 0:
        room.leaving += sum(each.unload() for each in chosen)


def _typical(models: Iterable[Hosted]) -> int:
    """What a version takes of which nothing is known."""
    sizes = [each.largest for hosted in models for each in hosted.versions.values() if each.loads]
    return sum(sizes) // len(sizes) if sizes else _UNKNOWN


def _claims(models: Iterable[Hosted], now: float) -> Iterator[_Claim]:
    for hosted in models:
        for served in hosted.missing():
            replaced = hosted.router.routes.stable is not None and hosted.stable is None
            urgent = hosted.rolls_out or replaced
            yield _Claim(hosted, served, urgent, hosted.router.held > 0, hosted.use.rank(now))


def _beginning(models: Iterable[Hosted]) -> list[Remote]:
    return [worker for each in models for worker in each.workers.values() if worker.state in _BEGINNING]


def _idle(models: Iterable[Hosted], now: float) -> list[Hosted]:
    """The models that nobody waits for, which have a version that could be unloaded, least asked first."""
    found = [each for each in models if each.is_idle]
    return sorted(found, key=lambda each: (each.use.rank(now), each.name))
