"""A Ray cluster on this machine: a head and further nodes, each the processes of one `ray start`, always stopped."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec.compute.ray.job_server import Away, JobServer
from mlops_spec.errors import Exit, Failure
from mlops_spec.rehearse import process
from mlops_spec.system.process_tree import end

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import Popen

_STARTED = 150.0  # seconds that a node may take on a busy machine
_PORTS = ("dashboard-agent-listen-port", "dashboard-agent-grpc-port", "runtime-env-agent-port", "metrics-export-port")
_TRIES = 4  # a busy machine may take longer than the half minute that Ray gives a node to start
_STORE = 80_000_000  # bytes that Ray keeps for objects: none of ours are passed by it


@dataclass
class Nodes:
    """The nodes of a cluster, the head first, and the folders whose programs they find before all others.

    `place` is short, since the names of sockets may not be long.
    """

    place: Path
    port: int
    dashboard: int
    tools: tuple[Path, ...]
    processes: list[Popen[str]] = field(default_factory=list)

    @property
    def server(self) -> JobServer:
        return JobServer(f"http://127.0.0.1:{self.dashboard}")

    def start_head(self, cpus: float = 1, *more: str) -> None:
        """Starts the head, and waits until its job server answers."""
        dashboard = ["--dashboard-host", "127.0.0.1", "--dashboard-port", str(self.dashboard)]
        # the others take its folder: nodes of one address find the logs of their jobs in the same
        place = f"--temp-dir={self.place / 's'}"
        self._add(["--head", place, f"--port={self.port}", *dashboard, f"--num-cpus={cpus}", *more], 1)

    def join(self, cpus: float = 1, resources: str = "{}") -> None:
        """Starts one more node, with these resources as JSON, and waits until the head knows it."""
        known = len(self.server.nodes())
        arguments = [f"--address=127.0.0.1:{self.port}", f"--num-cpus={cpus}", f"--resources={resources}"]
        self._add(arguments, known + 1)

    def kill(self, number: int) -> None:
        """Ends a node with all that runs on it, as a power cut does."""
        node = self.processes.pop(number)
        process.kill(node)
        end(node.pid)

    def stop(self) -> None:
        """Ends all nodes, whatever runs there."""
        while self.processes:
            node = self.processes.pop()
            end(node.pid)
            process.kill(node)

    def _start(self, arguments: list[str]) -> None:
        number = len(list(self.place.glob("*.log")))
        common = [f"--object-store-memory={_STORE}", "--disable-usage-stats"]
        # named, since a node waits only seconds for its agents to say which they took
        agents = [f"--{each}={free_port()}" for each in _PORTS]
        path = os.pathsep.join([*map(str, self.tools), str(Path(sys.executable).parent), os.environ["PATH"]])
        with (self.place / f"{number}.log").open("w", encoding="utf-8") as log:
            command = [process.find("ray", "ray"), "start", "--block", *common, *agents, *arguments]
            self.processes.append(process.start(command, self.place, {**os.environ, "PATH": path}, log))

    def _add(self, arguments: list[str], count: int) -> None:
        """Starts a node, anew where it does not come up, and waits until so many are there."""
        for _ in range(_TRIES):
            self._start(arguments)
            if self._comes(count):
                return
            self.kill(-1)
        last = max(self.place.glob("*.log"), key=lambda log: log.stat().st_mtime)
        said = last.read_text(encoding="utf-8")[-1500:]
        raise Failure(f"no node of Ray started: {said}", exit_code=Exit.UNAVAILABLE)

    def _comes(self, count: int) -> bool:
        until = time.monotonic() + _STARTED
        while time.monotonic() < until and self.processes[-1].poll() is None:
            with suppress(Away, Failure):
                if len(self.server.nodes()) >= count:
                    return True
            time.sleep(0.5)
        return False


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def nodes(*tools: Path) -> Iterator[Nodes]:
    """A cluster without nodes yet; those that are started end with the block. They find programs in `tools` first."""
    place = Path(tempfile.mkdtemp(prefix="ray-"))
    found = Nodes(place, free_port(), free_port(), tools)
    try:
        yield found
    finally:
        found.stop()
        shutil.rmtree(place, ignore_errors=True)
