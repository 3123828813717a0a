"""Agent and server for an hour under traffic: what they take stays what it was after the first minutes.

make test-hour MINUTES=5
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import World

MINUTES = float(os.environ.get("MLOPS_MINUTES") or 0)
MEGABYTE = 2**20

pytestmark = pytest.mark.skipif(not MINUTES, reason="only `make test-hour` takes the time")


@dataclass
class Taken:
    """What the agent's and the server's processes have, sample by sample."""

    memory: list[int] = field(default_factory=list)  # bytes
    descriptors: list[int] = field(default_factory=list)
    processes: list[int] = field(default_factory=list)
    disk: list[int] = field(default_factory=list)  # bytes, without the prediction log, which is data
    log: list[int] = field(default_factory=list)  # bytes

    def look(self, roots: list[int], state: Path, agent_log: Path) -> None:
        found = [process for root in roots for process in family(root)]
        self.memory.append(sum(map(resident, found)))
        self.descriptors.append(sum(map(opened, found)))
        self.processes.append(len(found))
        sizes = {path: size for path in state.rglob("*") if (size := of(path))}
        self.disk.append(sum(size for path, size in sizes.items() if "predictions" not in path.parts))
        self.log.append(of(agent_log) + sum(size for path, size in sizes.items() if path.suffix == ".log"))


def family(process: int) -> list[int]:
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return []
    return [process, *(each for child in children for each in family(int(child)))]


def resident(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def opened(process: int) -> int:
    try:
        return len(os.listdir(f"/proc/{process}/fd"))  # noqa: PTH208
    except OSError:
        return 0


def of(path: Path) -> int:
    try:
        return path.lstat().st_size if path.is_file() else 0
    except OSError:
        return 0


def growth(samples: list[int]) -> float:
    """From the third tenth of the time, when caches are full, to the last."""
    tenth = max(1, len(samples) // 10)
    return statistics.median(samples[-tenth:]) - statistics.median(samples[2 * tenth : 3 * tenth])


def test_what_they_take_does_not_grow(world: World, tmp_path: Path) -> None:
    world.release("v1.0.0")
    world.intend("staging", "v1.0.0")
    world.state.mkdir(exist_ok=True)
    log = tmp_path / "agent.log"
    command = ["agent", "--environment", "staging", "--repository", str(tmp_path / "origin.git")]
    with log.open("w") as said:
        agent = subprocess.Popen(
            [sys.executable, "-P", "-m", "mlops_spec", *command, "--state", str(world.state), "--interval", "1s"],
            stdout=said,
            stderr=said,
        )
    answered, failed, ended, taken = [0], list[str](), threading.Event(), Taken()

    def ask() -> None:
        while not ended.is_set():
            try:
                world.predict()
                answered[0] += 1
            except OSError as error:
                failed.append(str(error))
            time.sleep(0.002)

    try:
        deadline = time.monotonic() + 120
        while world.server() is None or (world.status() is None):
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        while True:
            try:
                world.predict()
                break
            except OSError:
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.2)
        threads = [threading.Thread(target=ask, daemon=True) for _ in range(2)]
        for thread in threads:
            thread.start()
        end = time.monotonic() + 60 * MINUTES
        while time.monotonic() < end:
            server = world.server()
            assert server is not None, "the server ended"
            assert agent.poll() is None, log.read_text()
            taken.look([agent.pid, server], world.state, log)
            time.sleep(max(0.5, MINUTES / 3))
    finally:
        ended.set()
        agent.kill()
        agent.wait()
    kept = sum(map(of, (world.state / "predictions").rglob("*")))
    print(
        f"\n{MINUTES:g} min, {answered[0]:,} answers, {len(failed)} failed, {len(taken.memory)} samples"
        f"\nmemory {max(taken.memory) / MEGABYTE:.0f} MB at most, grew by {growth(taken.memory) / MEGABYTE:+.1f} MB"
        f"\ndescriptors {max(taken.descriptors)} at most, grew by {growth(taken.descriptors):+.0f}"
        f"\nlogs {taken.log[-1]:,} bytes; disk {taken.disk[-1] / MEGABYTE:.1f} MB,"
        f" grew by {growth(taken.disk) / MEGABYTE:+.2f} MB; predictions {kept / max(1, answered[0]):.0f} bytes each"
    )
    assert failed == []
    assert growth(taken.memory) < 0.1 * statistics.median(taken.memory) + 10 * MEGABYTE
    assert growth(taken.descriptors) < 10
    assert taken.log[-1] < MEGABYTE
    assert growth(taken.disk) < 20 * MEGABYTE
