"""The hosts of a rehearsal: for each environment an agent in the background, and the server that it keeps."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
from dataclasses import dataclass
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Self
from urllib.error import URLError
from urllib.request import ProxyHandler, Request, build_opener

from mlops_spec.deploy.local import Local
from mlops_spec.errors import Exit, Failure
from mlops_spec.rehearse import process
from mlops_spec.rehearse.act import clean_environment
from mlops_spec.serve.lock import holder

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping
    from pathlib import Path

    from mlops_spec.rehearse.world import World

_INTERVAL = "500ms"  # between two looks of an agent; a rehearsal is in a hurry
_DIRECT = build_opener(ProxyHandler({}))


@dataclass(frozen=True)
class Host:
    """One environment's host: `url` is where its server answers, `log` what its agent said."""

    environment: str
    model: str
    state: Path
    listen: str
    log: Path

    @property
    def url(self) -> str:
        return f"http://{self.listen}"

    def ask(self, path: str, body: Any = None) -> Any:
        """The server's JSON.

        Raises:
            Failure: it doesn't answer, or refuses (exit 69).
        """
        data = None if body is None else json.dumps(body).encode()
        try:
            with _DIRECT.open(Request(self.url + path, data=data), timeout=10) as answer:  # noqa: S310 - our own server
                return json.load(answer)
        except (URLError, HTTPException, OSError, ValueError) as error:
            raise Failure(f"{self.url}{path}: {error}; see {self.log}", exit_code=Exit.UNAVAILABLE) from None


class Hosts:
    """The hosts by environment; when we leave, agents and servers are gone, unless they are to be kept."""

    def __init__(self, world: World, *, keep: bool) -> None:
        self._world, self._keep = world, keep
        self._agents: dict[str, subprocess.Popen[str]] = {}
        self.by_environment: dict[str, Host] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for environment, agent in self._agents.items():
            if not self._keep:
                _stop(agent, self.by_environment[environment])

    def start(self, environment: str) -> Host:
        """Starts the agent of an environment."""
        model = self._world.repository.partition("/")[2]
        folder = self._world.folder / "hosts" / environment
        folder.mkdir(parents=True)
        host = Host(environment, model, folder / "state", f"127.0.0.1:{_free_port()}", folder / "agent.log")
        command = [sys.executable, "-P", "-m", "mlops_spec", "agent", "--environment", environment]
        command += ["--repository", self._world.hub.origin.path.as_uri(), "--state", str(host.state)]
        command += ["--listen", host.listen, "--interval", _INTERVAL]
        with host.log.open("w", encoding="utf-8") as log:
            agent = process.start(command, self._world.folder, clean_environment(self._world.runner.home), log)
        self._agents[environment] = agent
        self.by_environment[environment] = host
        return host


def _stop(agent: subprocess.Popen[str], host: Host) -> None:
    process.stop(agent)
    if host.state.exists():
        Local(host.state, host.model, host.listen).stop()


def live(hosts: Mapping[str, Host]) -> dict[str, dict[str, str]]:
    """What each environment answers as, and where; an environment without a server is left out."""
    found = {}
    for name, host in hosts.items():
        status = Local(host.state, host.model, host.listen).current()
        if status.stable is not None:
            found[name] = {"version": status.stable.version, "url": host.url}
    return found


def stop_all(folder: Path) -> None:
    """Stops the agents and servers that an earlier rehearsal left running in its folder."""
    for state in folder.glob("hosts/*/state"):
        agent = holder(state / "agent.lock")
        if agent is not None:
            os.kill(agent, signal.SIGKILL)
        Local(state, "", "").stop()


def wait_until_live(host: Host, version: str, seconds: float = 30.0) -> None:
    """Waits until the host's server answers as this version.

    Raises:
        Failure: it does not in time (exit 69).
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            found = host.ask(f"/v2/models/{host.model}")["versions"]
        except Failure:
            if time.monotonic() > deadline:
                raise
            found = []
        if version in found:
            return
        if time.monotonic() > deadline:
            raise Failure(f"{host.environment} answers as {found}, not as {version}", exit_code=Exit.UNAVAILABLE)
        time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
