"""A version whose process was killed a moment ago: whoever asks it gets an answer, and at once."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Literal

import pytest

from mlops_spec.targets.live import Served
from mlops_spec.targets.local.serve.limits import Limits
from mlops_spec.targets.local.serve.remote import Answer, Remote


@pytest.mark.parametrize("state", ["ready", "draining"])
def test_asked_between_its_end_and_the_loops_notice_of_it(state: Literal["ready", "draining"]) -> None:
    async def ask() -> Answer:
        ours, theirs = socket.socketpair()
        remote = Remote(Served("v1.0.0", "sha256:0", "/nowhere"), Limits(), Path("/nowhere"))
        await asyncio.get_running_loop().create_unix_connection(lambda: remote, sock=ours)
        remote.state = state
        remote.kill()
        answer = await asyncio.wait_for(remote.ask(b"{}", 5), 1)
        theirs.close()
        return answer

    answer = asyncio.run(ask())

    assert (answer.status, b"v1.0.0 does not run" in answer.payload) == (503, True)
