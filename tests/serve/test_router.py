"""Requests are shared by weight, and the stable version answers what the candidate can't."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from mlops_spec.targets.live import Served
from mlops_spec.targets.local.serve.compare import Deciding
from mlops_spec.targets.local.serve.counts import Counts
from mlops_spec.targets.local.serve.limits import Limits
from mlops_spec.targets.local.serve.remote import Answer
from mlops_spec.targets.local.serve.router import Router, Routes

LIMITS = replace(Limits(), recovery_seconds=0.2)


class Fake:
    """A worker that answers with a score, or with a status."""

    def __init__(
        self, version: str, *, status: int = 200, score: Any = 0.5, hangs: bool = False, shape: Any = (1,)
    ) -> None:
        self.served = Served(version, "sha256:" + version, "")
        self.counts = Counts()
        self.state = "ready"
        self.failures_in_a_row = 0
        self.status = status
        self.score = score
        self.hangs = hangs
        self.shape = shape
        self.deciding = Deciding("binary-classification", 0.6, (0, 1))
        self.asked = 0

    def ask(self, body: bytes, seconds: float) -> asyncio.Future[Answer]:
        self.asked += 1
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        status = 504 if self.hangs else self.status
        payload = {"outputs": [{"shape": self.shape, "data": [self.score]}]} if status == 200 else {"error": "no"}
        answer.set_result(Answer(status, json.dumps(payload).encode()))
        return answer


def router(stable: Fake | None, candidate: Fake | None = None, **routes: Any) -> Router:
    made = Router(LIMITS)
    made.change(Routes(stable, candidate, **routes))  # type: ignore[arg-type]
    return made


async def answers(made: Router, number: int) -> list[tuple[int, str, str]]:
    found = [await made.answer(b"{}") for _ in range(number)]
    await asyncio.sleep(0)
    return [(each.answer.status, each.by.served.version if each.by else "", each.role) for each in found]


@pytest.mark.parametrize("weight", [0, 1, 10, 33, 50, 99])
def test_of_every_hundred_requests_the_canary_gets_its_weight(weight: int) -> None:
    found = asyncio.run(answers(router(Fake("v1"), Fake("v2"), weight=weight), 300))

    assert Counter(version for _, version, _ in found) == Counter({"v1": 3 * (100 - weight), "v2": 3 * weight})
    assert Counter(version for _, version, _ in found[:100])["v2"] == weight


def test_shares_are_spread_evenly() -> None:
    found = asyncio.run(answers(router(Fake("v1"), Fake("v2"), weight=25), 12))

    assert [version for _, version, _ in found] == ["v1", "v1", "v1", "v2"] * 3


@pytest.mark.parametrize("bad", [{"status": 500}, {"status": 503}, {"hangs": True}, {"status": 400}])
def test_what_the_canary_can_not_answer_the_stable_version_does(bad: dict[str, Any]) -> None:
    canary = Fake("v2", **bad)

    found = asyncio.run(answers(router(Fake("v1"), canary, weight=50), 10))

    assert {(status, version) for status, version, _ in found} == {(200, "v1")}
    assert canary.counts.window().errors == LIMITS.canary_failures
    assert canary.asked == LIMITS.canary_failures, "after failures in a row it gets nothing more"


def test_failures_that_are_not_in_a_row_leave_it_its_share() -> None:
    canary = Fake("v2")
    made = router(Fake("v1"), canary, weight=50)

    async def alternate() -> None:
        for number in range(20):
            canary.status = 500 if number % 2 else 200
            await answers(made, 2)

    asyncio.run(alternate())

    assert (canary.asked, canary.counts.window().errors) == (20, 10)


def test_a_clients_mistake_is_not_the_canarys() -> None:
    canary = Fake("v2", status=400)

    found = asyncio.run(answers(router(Fake("v1", status=400), canary, weight=50), 10))

    assert {status for status, _, _ in found} == {400}
    assert (canary.counts.window().errors, canary.counts.window().requests) == (0, 0), "it proves nothing either"
    assert canary.asked == 5


def test_a_canary_that_died_gets_nothing() -> None:
    canary = Fake("v2")
    canary.state = "failed"

    found = asyncio.run(answers(router(Fake("v1"), canary, weight=99), 5))

    assert {version for _, version, _ in found} == {"v1"}
    assert canary.asked == 0


def test_a_shadow_is_asked_and_compared_and_never_answers() -> None:
    shadow = Fake("v2", score=0.75)

    found = asyncio.run(answers(router(Fake("v1", score=0.5), shadow, weight=50, mode="shadow"), 10))
    window = shadow.counts.window()

    assert {(version, role) for _, version, role in found} == {("v1", "stable")}
    assert (shadow.asked, window.compared, window.disagreed, window.largest_difference) == (5, 5, 5, 0.25)


UNFIT = {
    "another shape": {"shape": (1, 1)},
    "no shape": {"shape": None},
    "an empty shape": {"shape": ()},
    "no rows": {"shape": (0,)},
    "text": {"score": "0.5"},
    "a list": {"score": [0.5]},
    "NaN": {"score": float("nan")},
}


@pytest.mark.parametrize("unfit", UNFIT.values(), ids=UNFIT)
def test_a_shadows_answer_that_can_not_be_compared_counts_against_it(unfit: dict[str, Any]) -> None:
    shadow = Fake("v2", **unfit)

    found = asyncio.run(answers(router(Fake("v1"), shadow, weight=50, mode="shadow"), 10))
    window = shadow.counts.window()

    assert {(status, version) for status, version, _ in found} == {(200, "v1")}
    assert (window.requests, window.errors, window.compared) == (shadow.asked, shadow.asked, 0)
    assert shadow.asked > 0


def test_a_shadow_that_hangs_keeps_nobody_waiting_and_gets_few_copies() -> None:
    shadow, stuck = Fake("v2"), []

    async def hang() -> list[tuple[int, str, str]]:
        shadow.ask = lambda body, seconds: stuck.append(body) or asyncio.get_running_loop().create_future()  # type: ignore[method-assign,assignment,func-returns-value]
        return await asyncio.wait_for(answers(router(Fake("v1"), shadow, weight=100, mode="shadow"), 100), 5)

    assert {version for _, version, _ in asyncio.run(hang())} == {"v1"}
    assert len(stuck) == 16


def test_a_shadow_that_fails_hurts_nobody() -> None:
    shadow = Fake("v2", status=500)

    found = asyncio.run(answers(router(Fake("v1"), shadow, weight=50, mode="shadow"), 10))

    assert {status for status, _, _ in found} == {200}
    assert shadow.counts.window().errors == shadow.asked > 0


def test_a_request_waits_for_a_stable_version_that_starts_again() -> None:
    dead, fresh = Fake("v1"), Fake("v1")
    dead.state = "failed"
    made = router(dead)

    async def recover() -> list[tuple[int, str, str]]:
        asking = asyncio.ensure_future(answers(made, 1))
        await asyncio.sleep(0.05)
        assert not asking.done()
        made.change(Routes(fresh))  # type: ignore[arg-type]
        return await asking

    assert asyncio.run(recover()) == [(200, "v1", "stable")]
    assert (dead.asked, fresh.asked) == (0, 1)


def test_without_a_version_the_answer_is_unavailable() -> None:
    assert asyncio.run(answers(router(None), 1)) == [(503, "", "stable")]


def test_a_pinned_version_answers_alone() -> None:
    made = router(Fake("v1"), Fake("v2", status=500), weight=0)

    async def pin() -> list[Any]:
        return [await made.pinned(b"{}", version) for version in ("v1", "v2", "v3")]

    first, second, third = asyncio.run(pin())

    assert (first.answer.status, first.by.served.version, first.role) == (200, "v1", "pinned")
    assert second.answer.status == 500
    assert third is None


def test_new_routes_open_new_windows() -> None:
    stable = Fake("v1")
    made = router(stable)
    asyncio.run(answers(made, 3))
    before = stable.counts.window().requests

    made.change(replace(made.routes, weight=50))

    assert (before, stable.counts.window().requests) == (3, 0)
