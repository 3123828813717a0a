"""What is asked less makes room for what is asked more; no crash and no rare request costs the others anything."""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from mlops_spec.targets.live import Served
from mlops_spec.targets.local.serve import hosted as hosting
from mlops_spec.targets.local.serve.hosted import Hosted
from mlops_spec.targets.local.serve.limits import Limits
from mlops_spec.targets.local.serve.memory import Memory
from mlops_spec.targets.local.serve.remote import Answer
from mlops_spec.targets.local.serve.wanted import Wanted, read_status, say_serves_many

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mlops_spec.targets.local.serve.counts import Counts

LIMITS = replace(Limits(), recovery_seconds=0.2, answer_seconds=0.2, load_seconds=0.2)
OWN, EACH = 50, 100  # megabytes of the server, and of each version


class Fake:
    """A worker that is loaded as soon as it is started, and answers at once."""

    numbers: ClassVar = itertools.count(10_000)
    sizes: ClassVar[dict[int, int]] = {}
    breaks: ClassVar[set[str]] = set()
    hangs: ClassVar[set[str]] = set()

    def __init__(self, served: Served, limits: Limits, folder: Path, counts: Counts, name: str) -> None:
        self.served, self.counts, self.name = served, counts, name
        self.state, self.reason = "loading", ""
        self.waiting, self.failures_in_a_row, self.began = 0, 0, time.monotonic()
        self.metadata: dict[str, Any] = {"platform": "fake"}
        self.pid = next(self.numbers)

    @classmethod
    def size(cls, process: int | None) -> int:
        return cls.sizes.get(process or 0, 0)

    async def start(self, samples: Any) -> None:
        self.sizes[self.pid] = EACH
        await asyncio.sleep(0)
        if self.state == "loading" and self.served.version not in self.hangs:
            self.state = "failed" if self.served.version in self.breaks else "ready"

    async def stop(self) -> None:
        self.state = "draining"
        self.kill()

    def kill(self) -> None:
        self.sizes.pop(self.pid, None)

    def fail(self, reason: str) -> None:
        self.state, self.reason = "failed", reason

    def ask(self, body: bytes, seconds: float) -> asyncio.Future[Answer]:
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        answer.set_result(Answer(200, b"{}"))
        return answer

    def status(self) -> hosting.WorkerStatus:
        return hosting.WorkerStatus(self.served.version, self.served.digest, self.state, self.reason)  # type: ignore[arg-type]


class Host:
    """Models at a server whose clockwork the test turns by hand."""

    def __init__(self, folder: Path, room: int | None, number: int) -> None:
        say_serves_many(folder)
        self.folder = folder
        self.memory = Memory(None if room is None else OWN + room, LIMITS.load_seconds, Fake.size)
        self.models = [Hosted(f"m{each}", folder, "", LIMITS) for each in range(number)]
        for each in self.models:
            each.want(Wanted(each.name, stable=served(each.name), generation=1))

    async def tick(self, times: int = 4) -> None:
        for _ in range(times):
            self.memory._looked = 0.0
            for each in self.models:
                each.stop_unwanted()
            self.memory.balance(self.models, self.models)
            for each in self.models:
                each.route()
                each.write_status()
            await asyncio.sleep(0.001)

    async def ask(self, number: int, times: int = 1) -> int:
        """The status of the last of some requests, while the clockwork goes on."""
        model, status = self.models[number], 0
        for _ in range(times):
            model.use.asked()
            asked = asyncio.ensure_future(model.router.answer(b"{}"))
            await asyncio.sleep(0)
            while not asked.done():
                await self.tick(1)
            status = asked.result().answer.status
        return status

    @property
    def loaded(self) -> set[str]:
        return {each.name for each in self.models if each.stable is not None and each.stable.state == "ready"}


def served(name: str, version: str = "v1") -> Served:
    return Served(version, f"sha256:{name}-{version}", "/nowhere")


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Host]]:
    monkeypatch.setattr(hosting, "Remote", Fake)
    monkeypatch.setattr("mlops_spec.targets.local.serve.memory._UNKNOWN", EACH)
    Fake.sizes.clear()
    Fake.sizes[os.getpid()] = OWN
    yield lambda room, number: Host(tmp_path, room, number)
    Fake.breaks.clear()
    Fake.hangs.clear()


def test_all_are_loaded_where_there_is_room_for_all(host: Callable[..., Host]) -> None:
    async def play() -> Host:
        made = host(3 * EACH, 3)
        await made.tick(8)
        return made

    assert asyncio.run(play()).loaded == {"m0", "m1", "m2"}


def test_without_a_bound_all_begin_at_once(host: Callable[..., Host]) -> None:
    async def play() -> Host:
        made = host(None, 20)
        await made.tick(2)
        return made

    assert len(asyncio.run(play()).loaded) == 20


def test_no_more_is_loaded_than_there_is_room_for_and_the_rest_answers_when_asked(host: Callable[..., Host]) -> None:
    async def play() -> None:
        made = host(2 * EACH, 6)
        await made.tick(12)
        assert len(made.loaded) == 2
        for number in (0, 5, 3, 1, 4, 2):
            assert await made.ask(number) == 200
            assert made.memory.resident(made.models) <= OWN + 2 * EACH
            assert f"m{number}" in made.loaded
        asleep = next(each for each in made.models if each.name not in made.loaded)
        status = read_status(made.folder, asleep.name)
        assert status is not None
        assert (status.stable, [each.state for each in status.workers]) == (served(asleep.name).digest, ["unloaded"])
        assert (asleep.is_ready(), asleep.describe()["version"]) == (True, "v1")

    asyncio.run(play())


def test_a_model_under_load_makes_no_room_for_a_rare_one(host: Callable[..., Host]) -> None:
    async def play() -> None:
        made = host(2 * EACH, 8)
        for number in (0, 1):
            await made.ask(number, times=50)
        for number in range(2, 8):
            assert await made.ask(number) == 503, "there is no room but that of the two"
        assert made.loaded == {"m0", "m1"}
        assert [made.models[number].versions[served(f"m{number}").digest].loads for number in (0, 1)] == [1, 1]

    asyncio.run(play())


def test_what_is_asked_least_goes_first(host: Callable[..., Host]) -> None:
    async def play() -> None:
        made = host(3 * EACH, 4)
        for number, times in ((0, 9), (1, 1), (2, 5)):
            await made.ask(number, times)
        await made.ask(3, 2)
        assert made.loaded == {"m0", "m2", "m3"}
        gone = made.models[1]
        assert gone.versions[served("m1").digest].unloads == 1
        assert gone.router.retry_after >= 1

    asyncio.run(play())


def test_a_rollout_finds_room_even_where_all_are_asked(host: Callable[..., Host]) -> None:
    async def play() -> None:
        made = host(3 * EACH, 3)
        for number in range(3):
            await made.ask(number, 10 - number)
        made.models[0].want(Wanted("m0", stable=served("m0"), candidate=served("m0", "v2"), generation=2))
        await made.tick(6)
        assert made.loaded == {"m0", "m1"}
        assert made.models[0].workers[served("m0", "v2").digest].state == "ready"

    asyncio.run(play())


def test_a_rollout_without_room_is_refused_in_time(host: Callable[..., Host]) -> None:
    async def play() -> str:
        made = host(EACH, 1)
        await made.ask(0)
        made.models[0].want(Wanted("m0", stable=served("m0"), candidate=served("m0", "v2"), generation=2))
        deadline = asyncio.get_running_loop().time() + 5
        while served("m0", "v2").digest not in made.models[0].workers:
            assert asyncio.get_running_loop().time() < deadline
            await made.tick(1)
        await made.tick(2)
        assert made.loaded == {"m0"}
        status = read_status(made.folder, "m0")
        assert status is not None
        assert status.generation == 2
        return made.models[0].workers[served("m0", "v2").digest].reason

    assert asyncio.run(play()).startswith("no room for it within 0.2 s")


def test_what_has_grown_makes_others_go_until_it_fits(host: Callable[..., Host]) -> None:
    async def play() -> None:
        made = host(3 * EACH, 3)
        for number in range(3):
            await made.ask(number, 10 - number)
        stable = made.models[0].stable
        assert stable is not None
        Fake.sizes[stable.pid or 0] = 2 * EACH
        await made.tick(3)
        assert made.loaded == {"m0", "m1"}

    asyncio.run(play())


def test_a_crash_loop_backs_off_and_the_others_stay(host: Callable[..., Host]) -> None:
    async def play() -> None:
        Fake.breaks.add("v9")
        made = host(3 * EACH, 3)
        for number in (0, 1):
            await made.ask(number, 5)
        broken = made.models[2]
        broken.want(Wanted("m2", stable=served("m2", "v9"), generation=2))
        starts = next(Fake.numbers)
        for _ in range(3):
            assert await made.ask(2) == 503
        assert next(Fake.numbers) - starts <= 5, "it was started again and again"
        assert made.loaded == {"m0", "m1"}
        assert not broken.is_ready()

    asyncio.run(play())


def test_a_version_that_never_fits_says_so(host: Callable[..., Host]) -> None:
    async def play() -> None:
        made = host(EACH // 2, 1)
        assert await made.ask(0) == 503

    asyncio.run(play())


def test_what_nobody_asks_for_is_loaded_one_after_another_and_holds_up_none(host: Callable[..., Host]) -> None:
    async def play() -> None:
        Fake.hangs.add("v0")
        made = host(5 * EACH, 4)
        for each in made.models[:2]:
            each.want(Wanted(each.name, stable=served(each.name, "v0"), generation=2))
        await made.tick(8)
        assert sum(each.stable is not None for each in made.models) == 1
        assert await made.ask(3) == 200

    asyncio.run(play())
