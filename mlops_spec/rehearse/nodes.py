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

import psutil  # type: ignore[import-untyped]  # DVC brings it

from mlops_spec.compute.ray.job_server import Away, JobServer
from mlops_spec.errors import Exit, Failure
from mlops_spec.rehearse import process

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import Popen

_STARTED = 150.0  # seconds that a node may take on a busy machine
_PORTS = ("dashboard-agent-listen-port", "dashboard-agent-grpc-port", "runtime-env-agent-port", "metrics-export-port")
_TRIES = 4  # a busy machine may take longer than the half minute that Ray gives a node to start
_GONE = 10.0  # seconds until what was killed is no more
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
        ports = [f"--port={self.port}", f"--ray-client-server-port={free_port()}"]
        self._add(["--head", place, *ports, *dashboard, f"--num-cpus={cpus}", *more])

    def join(self, cpus: float = 1, resources: str = "{}") -> None:
        """Starts one more node, with these resources as JSON, and waits until the head knows it."""
        self._add([f"--address=127.0.0.1:{self.port}", f"--num-cpus={cpus}", f"--resources={resources}"])

    def kill(self, number: int) -> None:
        """Ends a node with all that runs on it, as a power cut does."""
        node = self.processes[number]
        below = _below(node)  # its workers and jobs lead groups of their own
        process.kill(node)
        for each in below:
            with suppress(psutil.Error):
                each.kill()
        psutil.wait_procs(below, timeout=_GONE)
        self.processes.remove(node)

    def kill_one(self, argument: str) -> bool:
        """Kills a process of the nodes that has this among its arguments; whether there was one."""
        for each in (each for node in self.processes for each in _below(node)):
            with suppress(psutil.Error):
                if argument in each.cmdline():
                    each.kill()
                    return True
        return False

    def stop(self) -> None:
        """Ends all nodes, whatever runs there."""
        while self.processes:
            self.kill(-1)

    def _start(self, arguments: list[str]) -> None:
        number = len(list(self.place.glob("*.log")))
        common = [f"--object-store-memory={_STORE}", "--disable-usage-stats"]
        # named, since a node waits only seconds for its agents to say which they took
        agents = [f"--{each}={free_port()}" for each in _PORTS]
        path = os.pathsep.join([*map(str, self.tools), str(Path(sys.executable).parent), os.environ["PATH"]])
        environment = {**os.environ, "PATH": path}
        # each of its many processes would compile all imports anew, and be too late for the others
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        with (self.place / f"{number}.log").open("w", encoding="utf-8") as log:
            command = [process.find("ray", "ray"), "start", "--block", *common, *agents, *arguments]
            self.processes.append(process.start(command, self.place, environment, log))

    def _add(self, arguments: list[str]) -> None:
        """Starts a node, anew where it does not come up, and waits until the head knows it."""
        for _ in range(_TRIES):
            if self.processes:
                self._known()  # one that was killed is missed only after a while
            self._start(arguments)
            if self._known():
                return
            self.kill(-1)
        last = max(self.place.glob("*.log"), key=lambda log: log.stat().st_mtime)
        said = last.read_text(encoding="utf-8")[-1500:]
        raise Failure(f"no node of Ray started: {said}", exit_code=Exit.UNAVAILABLE)

    def _known(self) -> bool:
        """Whether the head comes to know of as many nodes as run."""
        until = time.monotonic() + _STARTED
        while time.monotonic() < until and self.processes[-1].poll() is None:
            with suppress(Away, Failure):
                if len(self.server.nodes()) == len(self.processes):
                    return True
            time.sleep(0.5)
        return False


def _below(node: Popen[str]) -> list[psutil.Process]:
    try:
        found: list[psutil.Process] = psutil.Process(node.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    return found


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
