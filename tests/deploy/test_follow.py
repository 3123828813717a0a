"""The agent as a process: it follows, heals, and its death changes nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import World


@pytest.fixture
def agent(world: World) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "mlops_spec", "agent", "--environment", "staging", "--interval", "200ms"]
    places = ["--repository", str(world.root / "origin.git"), "--state", str(world.state)]
    with (world.root / "agent.log").open("w") as log:
        process = subprocess.Popen([*command, *places], stdout=log, stderr=log, text=True)
    yield process
    process.kill()
    process.wait()


def said(world: World) -> list[str]:
    return (world.root / "agent.log").read_text().splitlines()


def test_it_follows_heals_and_says_each_thing_once(
    world: World, agent: subprocess.Popen[str], until: Callable[..., None]
) -> None:
    world.release("v1.0.0", value=0.125)
    world.intend("staging", "v1.0.0")
    until(lambda: "staging v1.0.0 is live" in said(world))
    first = world.server()
    world.kill_server()
    until(lambda: world.server() not in {None, first})
    until(lambda: world.predict() == ("v1.0.0", 0.125))
    (world.root / "origin.git").rename(world.root / "away.git")
    until(lambda: any("not available" in line for line in said(world)))
    (world.root / "away.git").rename(world.root / "origin.git")
    until(lambda: "mlops-spec: all is well again" in said(world))

    os.kill(agent.pid, signal.SIGKILL)
    agent.wait()

    assert world.predict() == ("v1.0.0", 0.125), "the server outlives its agent"
    assert sum("not available" in line for line in said(world)) == 1
    assert not any("Traceback" in line for line in said(world))
