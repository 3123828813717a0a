"""Canaries on the real server, with the agent that watches them, killed or not."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import World

STEPS = {"rollout": {"canary": [20, 50], "watch": "1s", "min_samples": 10, "max_error_rate": 0.05}}
RAISES_LATER = (
    "import numpy\ncalls = []\ndef load(folder):\n    def predict(frame):\n        calls.append(1)\n"
    "        if len(calls) > 5: raise RuntimeError('late')\n        return numpy.full(len(frame), 0.9)\n"
    "    return predict"
)


class Traffic:
    """Requests without a pause; what they got stands in `got`."""

    def __init__(self, world: World) -> None:
        self.got: list[Any] = []
        self._world = world
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Traffic:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._done.is_set():
            try:
                self.got.append(self._world.predict())
            except OSError as error:
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


def test_a_bad_canary_is_rolled_back_and_costs_nobody_an_answer(served: World) -> None:
    served.release("v1.0.1", code=RAISES_LATER)
    served.intend("staging", "v1.0.1")

    with Traffic(served) as traffic:
        done = served.one_pass()

    assert (done.action, served.outcome().result) == ("rolled-back", "rolled-back")
    assert "requests failed" in done.reason
    assert set(traffic.got) <= {("v1.0.0", 0.125), ("v1.0.1", 0.9)}
    assert served.outcome().evidence[0].verdict == "unhealthy"
    assert served.predict() == ("v1.0.0", 0.125)
    assert served.one_pass().action == "none"


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


KILLED_AT = ("load", "shift", "watch", "finish", "decide", "record")


# Before one step is after the one before it.
@pytest.mark.parametrize("moment", KILLED_AT)
@pytest.mark.parametrize("when", [pytest.param("before", marks=pytest.mark.slow), "after"])
def test_killed_at_any_step_the_next_pass_ends_in_old_or_new(
    served: World, moment: str, when: str, until: Callable[..., None]
) -> None:
    served.spec(staging={"rollout": {"canary": [50], "watch": "200ms", "min_samples": 1}})
    served.release("v1.0.1", value=0.5)
    intent = served.intend("staging", "v1.0.1")

    with Traffic(served) as traffic:
        killed = subprocess.run([sys.executable, "-c", KILLED, moment, when, *_where(served)], check=False)
        assert killed.returncode == -signal.SIGKILL
        until(lambda: served.predict()[0] in {"v1.0.0", "v1.0.1"})
        served.one_pass()

    assert served.predict() == ("v1.0.1", 0.5)
    assert (served.outcome().closes, served.outcome().result) == (intent.seq, "succeeded")
    assert set(traffic.got) == {("v1.0.0", 0.125), ("v1.0.1", 0.5)}
    assert served.one_pass().action == "none"


def _where(world: World) -> tuple[str, str]:
    return str(world.root / "origin.git"), str(world.state)


# An agent that kills itself before or after one of its steps.
KILLED = """
import os, signal, sys
from pathlib import Path
from mlops_spec.deploy import agent, local, outcome, rollout
moment, when, repository, state = sys.argv[1:]
owner, name = {
    "load": (local.Local, "stage"), "shift": (local.Local, "shift"), "finish": (local.Local, "finish"),
    "watch": (rollout, "_watched"), "decide": (outcome.Answers, "decide"), "record": (outcome.Answers, "record"),
}[moment]
original = getattr(owner, name)
def killing(*given, **named):
    if when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    original(*given, **named)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(owner, name, killing)
agent.Agent(agent.Settings("staging", repository, Path(state)), print).one_pass()
"""
