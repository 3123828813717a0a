"""The hosts of a rehearsal: an agent in the background for each environment, and the server that it runs."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Self
from urllib.error import URLError
from urllib.request import ProxyHandler, Request, build_opener

from mlops_spec.errors import Exit, Failure
from mlops_spec.platforms.github import variables
from mlops_spec.rehearse import cast, process
from mlops_spec.rehearse.act import clean_environment
from mlops_spec.system.lock import holder
from mlops_spec.targets.registry import clear

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from mlops_spec.rehearse.world import World

_INTERVAL = "2s"  # between two looks of an agent; a rehearsal is in a hurry, and looks take the processor too
_GLANCE = 0.002  # seconds between two looks whether the moment has come to take the power
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

    def start(self, environment: str, listen: str | None = None, *options: str) -> Host:
        """Starts the agent of an environment, with the App's token for the pull request that sets Git back."""
        place = self._world.folder / "hosts" / environment
        return self._start(environment, listen or free_address(), place, *options)

    def replace(self, environment: str) -> Host:
        """The environment's host burns down; a new one at the same address takes over, with an empty disk."""
        old = self.by_environment[environment]
        _stop(self._agents[environment], old)
        return self._start(environment, old.listen, old.state.parent.with_name(f"{environment}-anew"), "--take-over")

    def killed(self, when: Callable[[], bool], *args: str) -> bool:
        """Runs `mlops-spec …` as an agent of a host, and takes the power from it then; False: it had ended."""
        command = [sys.executable, "-P", "-m", "mlops_spec", *args]
        running = process.start(command, self._world.folder, self._environment(), subprocess.DEVNULL)
        while not when():
            with suppress(subprocess.TimeoutExpired):
                running.wait(_GLANCE)
                return False
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        return True

    def _start(self, environment: str, listen: str, folder: Path, *options: str) -> Host:
        folder.mkdir(parents=True)
        host = Host(
            environment, self._world.repository.partition("/")[2], folder / "state", listen, folder / "agent.log"
        )
        self.by_environment[environment] = host
        self._run(host, *options)
        return host

    def _run(self, host: Host, *options: str) -> None:
        command = [sys.executable, "-P", "-m", "mlops_spec", "agent", "--environment", host.environment]
        command += ["--repository", self._world.url, "--state", str(host.state)]
        command += ["--listen", host.listen, "--interval", _INTERVAL, *options]
        with host.log.open("a", encoding="utf-8") as log:
            self._agents[host.environment] = process.start(command, self._world.folder, self._environment(), log)

    def _environment(self) -> dict[str, str]:
        world = self._world
        forge = {variables.REPOSITORY: world.repository, variables.API_URL: world.api_url}
        forge |= {variables.SERVER_URL: world.hub.server_url}
        token = {variables.PUSH_TOKEN: world.person(cast.APP).token}
        return {**clean_environment(world.workflows.runner.home), **world.cloud.hosts, **forge, **token}


def _stop(agent: subprocess.Popen[str], host: Host) -> None:
    process.stop(agent)
    if host.state.exists():
        clear(host.state)


def live(hosts: Mapping[str, Host]) -> dict[str, dict[str, str]]:
    """What each environment answers as, and where; an environment without a server is left out."""
    found = {}
    for name, host in hosts.items():
        with suppress(Failure):  # nothing answers
            answer = host.ask("/version")
            if version := f"{len(answer['models'])} models" if "models" in answer else answer["version"]:
                found[name] = {"version": version, "url": host.url}
    return found


def stop_all(folder: Path) -> None:
    """Stops the agents and servers that an earlier rehearsal left running in its folder."""
    for state in folder.glob("hosts/*/state"):
        agent = holder(state / "agent.lock")
        if agent is not None:
            os.kill(agent, signal.SIGKILL)
        clear(state)


def wait_until_live(host: Host, version: str, seconds: float = 60.0) -> None:
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


def free_address() -> str:
    """HOST:PORT of loopback where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"
