"""Agents run in the background, and end with the rehearsal unless they are to be kept."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.rehearse import hosts
from mlops_spec.rehearse.hosts import Host, Hosts
from mlops_spec.rehearse.world import created
from mlops_spec.system.lock import holder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.e2e


def until(condition: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "too late"
        time.sleep(0.02)


def agent_of(host: Host) -> int | None:
    return holder(host.state / "agent.lock")


def test_agents_end_with_the_rehearsal(tmp_path: Path) -> None:
    with created(tmp_path, "acme/churn", lambda _: None) as world, Hosts(world, keep=False) as found:
        started = [found.start(name) for name in ("staging", "production")]
        until(lambda: all(agent_of(host) for host in started))
        assert started[0].listen != started[1].listen
        assert hosts.live(found.by_environment) == {}

    assert [agent_of(host) for host in started] == [None, None]


def test_kept_agents_are_stopped_by_their_folder(tmp_path: Path) -> None:
    with created(tmp_path, "acme/churn", lambda _: None) as world, Hosts(world, keep=True) as found:
        host = found.start("staging")
        until(lambda: agent_of(host))
    assert agent_of(host)

    hosts.stop_all(tmp_path)
    found._agents["staging"].wait(10)
    until(lambda: agent_of(host) is None)  # a process that it just forked holds the lock until it becomes git


def test_a_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    host = Host("staging", "churn", tmp_path / "state", "127.0.0.1:1", tmp_path / "agent.log")

    with pytest.raises(Failure, match=r"http://127.0.0.1:1/v2/models/churn: .*refused.*agent.log") as caught:
        hosts.wait_until_live(host, "v1.0.0", seconds=0.1)

    assert caught.value.exit_code == Exit.UNAVAILABLE
