"""An agent that is killed before or after any step of a rollout, and a host that goes down amid one."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mlops_spec import ledger

from .test_canary import Traffic

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import World

PROGRAM = Path(__file__).parents[1] / "killing.py"
CANARY = {"rollout": {"canary": [50], "watch": "600ms", "min_samples": 1}}
STEPS = (
    "write wanted.json",  # beside the live one
    "write wanted.json",  # its share of the requests
    "write wanted.json",  # the live one
    "write canary-00000004.json",
    "write pending.json",
    "push heads/audit-log",
    "remove pending.json",
)
LIVE, TOLD = 2, 5


@pytest.fixture
def served(world: World) -> World:
    """v1.0.0 is live in staging, which takes a canary step."""
    world.spec(staging=CANARY)
    world.release("v1.0.0", value=0.0)
    world.intend("staging", "v1.0.0")
    assert world.one_pass().action == "deployed"
    return world


def deploy(world: World, when: str = "never", step: int = 0) -> tuple[int, list[str]]:
    """One pass in a process of its own: its exit code, and the steps that it began."""
    trace = world.root / "trace"
    trace.unlink(missing_ok=True)
    where = ("--repository", str(world.root / "origin.git"), "--state", str(world.state))
    command = [sys.executable, str(PROGRAM), str(trace), when, str(step)]
    done = subprocess.run([*command, "deploy", "--resume", "--environment", "staging", *where], check=False)
    return done.returncode, trace.read_text().splitlines()


def rolls_out(world: World, number: int) -> str:
    """The next version is asked for; it answers with its own score."""
    version = f"v1.{number}.0"
    world.release(version, value=number / 256)
    world.intend("staging", version)
    return version


def lasting(steps: list[str]) -> list[int]:
    """The numbers of the steps that leave something behind, but for the heartbeat."""
    reading = ("fetch", "update-ref", "write agent.json")
    return [number for number, step in enumerate(steps, start=1) if not step.startswith(reading)]


def taken_up(world: World, when: str, steps: list[tuple[int, str]], until: Callable[..., None]) -> None:
    """Each rollout is killed at one step; until the next pass the old version or the new one answers, then the new."""
    old = world.predict()
    for rollout, (number, name) in enumerate(steps, start=2):
        version = rolls_out(world, rollout)
        new = (version, rollout / 256)
        with Traffic(world) as traffic:
            assert deploy(world, when, number)[0] == -signal.SIGKILL, name
            until(lambda old=old, new=new: world.predict() in {old, new})  # type: ignore[misc]
            assert deploy(world)[0] == 0, name
        intent, outcome = ledger.read(world.git)[-2:]
        assert world.predict() == new, name
        assert set(traffic.got) <= {old, new}, name
        assert (outcome.closes, outcome.result, outcome.what.version) == (intent.seq, "succeeded", version), name
        assert world.one_pass().action == "none", name
        old = new


@pytest.fixture
def steps(served: World) -> list[str]:
    """Those of a rollout that nobody disturbs."""
    rolls_out(served, 1)
    with Traffic(served):
        code, found = deploy(served)
    assert code == 0
    return found


def test_killed_between_what_is_done_and_what_is_said(
    served: World, steps: list[str], until: Callable[..., None]
) -> None:
    """The new version is live and not in the ledger; then it is in the ledger, and the host has not noted that."""
    numbers = lasting(steps)

    assert tuple(steps[number - 1] for number in numbers) == STEPS
    taken_up(served, "after", [(numbers[at], STEPS[at]) for at in (LIVE, TOLD)], until)


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_step(served: World, steps: list[str], when: str, until: Callable[..., None]) -> None:
    taken_up(served, when, list(enumerate(steps, start=1)), until)


@pytest.mark.slow
@pytest.mark.parametrize("step", ["write wanted.json", "push heads/audit-log"])
def test_a_host_that_goes_down_amid_a_rollout(served: World, steps: list[str], step: str) -> None:
    """Agent and server are gone at once, and come back with what is on the disk."""
    version = rolls_out(served, 2)
    with Traffic(served):
        killed, _ = deploy(served, "after", steps.index(step) + 1)
        served.kill_server()
    assert killed == -signal.SIGKILL

    with Traffic(served):
        code, _ = deploy(served)

    assert (code, served.predict()) == (0, (version, 2 / 256))
    assert [record.result for record in ledger.read(served.git)[-2:]] == [None, "succeeded"]
