"""Canaries on the real server, with the agent that watches them."""

from __future__ import annotations

import json
import re
import threading
from http.client import HTTPException
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import World

STEPS = {"rollout": {"canary": [20, 50], "watch": "1s", "min_samples": 10, "max_error_rate": 0.05}}
# Answers as v1.0.0 does until it is at work, and then does what it is here for.
LATE = """
import os, time
import numpy
calls, kept = [], []
def load(folder):
    def predict(frame):
        calls.append(1)
        good = numpy.full(len(frame), 0.125)
        if len(calls) > 8:
            {}
        return good
    return predict
"""
BAD = {
    "raises": ("raise RuntimeError('late')", "requests failed"),
    "answers NaN": ("return good * numpy.nan", "requests failed"),
    "answers another shape": ("return numpy.zeros((len(frame), 3))", "requests failed"),
    "answers too few rows": ("return good[1:]", "requests failed"),
    "answers no probability": ("return good + 7", "requests failed"),
    "answers other scores": ("return good + 0.5", "its scores are "),
    "is slow": ("time.sleep(0.3)", "p99 is "),
    "hangs": ("time.sleep(3600)", "requests failed"),
    "crashes": ("os._exit(5)", "it does not run: the process ended"),
    "eats memory": ("kept.append(bytearray(10 ** 9))", "requests failed"),
}


class Traffic:
    """Clients that ask again and again; what they got stands in `got`."""

    def __init__(self, world: World, clients: int = 1) -> None:
        self.got: list[Any] = []
        self._world = world
        self._done = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(clients)]

    def __enter__(self) -> Traffic:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while not self._done.wait(0.005):  # else they have the processor, and the server answers late
            try:
                self.got.append(self._world.predict())
            except (OSError, HTTPException) as error:
                self.got.append(error)


@pytest.fixture
def served(world: World) -> World:
    """v1.0.0 is live in staging, which takes canary steps."""
    world.spec(staging=STEPS)
    world.release("v1.0.0", value=0.125)
    world.intend("staging", "v1.0.0")
    assert world.one_pass().action == "deployed"
    return world


def test_a_good_canary_takes_over_step_by_step(served: World) -> None:
    served.release("v1.0.1", value=0.5)
    served.intend("staging", "v1.0.1")

    with Traffic(served) as traffic:
        done = served.one_pass()

    outcome = served.outcome()
    assert done.action == "deployed", done.reason
    assert set(traffic.got) == {("v1.0.0", 0.125), ("v1.0.1", 0.5)}
    assert (outcome.result, outcome.evidence[0].kind, outcome.evidence[0].verdict) == ("succeeded", "canary", "healthy")
    assert outcome.evidence[0].samples >= 20


WATCHED = {"watch": "2s", "min_samples": 10, "max_error_rate": 0.02, "max_p99": "200ms", "max_score_shift": 0.5}


@pytest.mark.quick("answers other scores", "crashes")
@pytest.mark.parametrize(("bad", "reason"), BAD.values(), ids=BAD)
def test_a_bad_canary_is_rolled_back_and_costs_nobody_an_answer(served: World, bad: str, reason: str) -> None:
    served.spec(staging={"rollout": {**WATCHED, "canary": [50]}})
    served.release("v1.0.1", code=LATE.format(bad))
    served.intend("staging", "v1.0.1")

    with Traffic(served, clients=3) as traffic:
        done = served.one_pass()

    assert (done.action, served.outcome().result) == ("rolled-back", "rolled-back"), done.reason
    assert reason in done.reason
    old, new, other = ("v1.0.0", 0.125), ("v1.0.1", 0.125), ("v1.0.1", 0.625)
    assert set(traffic.got) <= {old, new, other}, "each request had a good answer"
    assert (other in traffic.got) == (bad == BAD["answers other scores"][0])
    assert served.outcome().evidence[0].verdict == "unhealthy"
    assert {served.predict() for _ in range(9)} == {old}, "what was asked of it before has been answered above"
    assert served.one_pass().action == "none"


@pytest.mark.quick("raises")
@pytest.mark.parametrize(
    "code",
    ["def load(folder): return bytearray(10 ** 12)", "import os\nos._exit(3)", "def load(folder): return 7", "1 / 0"],
    ids=["takes the whole memory", "crashes", "is no model", "raises"],
)
def test_one_that_can_not_even_be_loaded_gets_no_request(served: World, code: str) -> None:
    served.release("v1.0.1", code=code)
    served.intend("staging", "v1.0.1")

    with Traffic(served) as traffic:
        done = served.one_pass()

    assert (done.action, served.outcome().result) == ("failed", "failed")
    assert "v1.0.1 can't be served: " in done.reason
    assert set(traffic.got) == {("v1.0.0", 0.125)}


@pytest.mark.slow
def test_a_shadow_is_compared_and_reaches_nobody(served: World, until: Callable[..., None]) -> None:
    served.spec(staging={"rollout": {"shadow": "1s", "min_samples": 10, "max_disagreement": 0}})
    served.release("v1.0.1", value=0.25)
    served.intend("staging", "v1.0.1")

    with Traffic(served, clients=2) as traffic:
        done = served.one_pass()
        until(lambda: done.action != "deployed" or traffic.got[-1][0] == "v1.0.1")

    outcome = served.outcome()
    assert (done.action, outcome.result, outcome.evidence[0].verdict) == ("deployed", "succeeded", "healthy"), (
        done.reason
    )
    assert re.fullmatch(r"shadow: \d+ requests, 0 errors, 0.0% decided otherwise, p99 [\d.]+ ms", done.reason)
    assert outcome.why.text == done.reason
    versions = [version for version, _ in traffic.got]
    (step,) = json.loads(next((served.state / "rollouts").glob("canary-*.json")).read_text())
    assert step["samples"] <= versions.index("v1.0.1"), "what it answered in the shadow went to nobody"
    assert (step["step"]["mode"], step["compared"], step["disagreed"]) == ("shadow", step["samples"], 0)


@pytest.mark.quick("answers other scores")
@pytest.mark.parametrize(("bad", "reason"), BAD.values(), ids=BAD)
def test_a_bad_shadow_is_taken_back_unseen(served: World, bad: str, reason: str) -> None:
    served.spec(staging={"rollout": {**WATCHED, "shadow": "2s", "canary": [50]}})
    served.release("v1.0.1", code=LATE.format(bad))
    served.intend("staging", "v1.0.1")

    with Traffic(served, clients=3) as traffic:
        done = served.one_pass()

    assert (done.action, served.outcome().result) == ("rolled-back", "rolled-back"), done.reason
    assert done.reason.startswith("as a shadow: ")
    assert reason in done.reason
    assert set(traffic.got) == {("v1.0.0", 0.125)}


@pytest.mark.slow
def test_a_shadow_that_decides_otherwise_is_taken_back(served: World) -> None:
    served.spec(staging={"rollout": {"shadow": "1s", "min_samples": 10, "max_disagreement": 0.1}})
    served.release("v1.0.1", value=0.5)
    served.intend("staging", "v1.0.1")

    with Traffic(served):
        done = served.one_pass()

    assert done.reason == "as a shadow: 100.0% of its decisions are others than the live version's > 10.0%"
    assert served.predict() == ("v1.0.0", 0.125)


@pytest.mark.slow
def test_without_traffic_no_shadow_is_healthy(served: World) -> None:
    served.spec(staging={"rollout": {"shadow": "200ms", "min_samples": 10}})
    served.release("v1.0.1", value=0.25)
    served.intend("staging", "v1.0.1")

    done = served.one_pass()

    assert (done.action, "as a shadow: too few samples" in done.reason) == ("rolled-back", True)


def test_without_traffic_no_canary_is_healthy(served: World) -> None:
    served.release("v1.0.1", value=0.5)
    served.intend("staging", "v1.0.1")

    done = served.one_pass()

    assert (done.action, "too few samples to call it healthy: 0 of 10" in done.reason) == ("rolled-back", True)


def test_an_intent_that_is_abandoned_meanwhile_ends_in_the_old_version(served: World) -> None:
    served.release("v1.0.1", value=0.5)
    intent = served.intend("staging", "v1.0.1")
    closing = threading.Timer(0.5, served.close, (intent, "abandoned"))
    closing.start()

    with Traffic(served):
        done = served.one_pass()
    closing.join()

    assert (done.action, served.outcome().result) == ("withdrawn", "abandoned")
    assert served.predict() == ("v1.0.0", 0.125)
