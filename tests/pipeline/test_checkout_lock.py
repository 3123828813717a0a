"""One run at a time: the second waits, says who is in its way, and goes on when the first is gone, however it went."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.pipeline.checkout_lock import checkout_lock

if TYPE_CHECKING:
    from pathlib import Path

HOLD = """
import sys, time
from pathlib import Path
from mlops_spec.pipeline.checkout_lock import checkout_lock
with checkout_lock(Path(sys.argv[1]), wait=0):
    print("held", flush=True)
    time.sleep(60)
"""
COUNT = """
import sys
from pathlib import Path
from mlops_spec.pipeline.checkout_lock import checkout_lock
lock, counter = map(Path, sys.argv[1:])
for _ in range(25):
    with checkout_lock(lock, wait=60):
        counter.write_text(str(int(counter.read_text()) + 1))
"""


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "tmp" / "run.lock"


def holder(lock: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(lock)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_run_gives_up_and_names_the_first(lock: Path) -> None:
    with holder(lock) as process:
        with pytest.raises(Failure) as caught, checkout_lock(lock, wait=0.1):
            pass
        process.kill()

    assert caught.value.exit_code == Exit.STALE
    assert f"process {process.pid}" in caught.value.message


def test_a_killed_holder_leaves_the_lock_free(lock: Path) -> None:
    with holder(lock) as process:
        process.send_signal(signal.SIGKILL)

    with checkout_lock(lock, wait=0):
        assert f"process {os.getpid()}" in lock.read_text()


def test_a_second_run_waits_for_the_first(lock: Path) -> None:
    with holder(lock) as process:
        started = time.monotonic()
        os.kill(process.pid, signal.SIGTERM)
        with checkout_lock(lock, wait=10):
            assert time.monotonic() - started < 10


def test_a_child_that_inherits_the_descriptor_holds_the_lock(lock: Path) -> None:
    """DVC may outlive a killed `run`: the next one must wait for it."""
    with checkout_lock(lock, wait=0) as descriptor:
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=[descriptor])
    with child:
        with pytest.raises(Failure, match="another run"), checkout_lock(lock, wait=0):
            pass
        child.kill()

    with checkout_lock(lock, wait=0):
        pass


def test_many_processes_take_turns(lock: Path, tmp_path: Path) -> None:
    counter = tmp_path / "counter"
    counter.write_text("0")

    processes = [subprocess.Popen([sys.executable, "-c", COUNT, str(lock), str(counter)]) for _ in range(4)]

    assert [process.wait(120) for process in processes] == [0] * 4
    assert counter.read_text() == "100"
