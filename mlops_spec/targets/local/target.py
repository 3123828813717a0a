"""The target `local`: one model at the embedded server of this host, told by its wish and read by its status."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from mlops_spec.errors import Exit, Failure
from mlops_spec.spec.environments import Server
from mlops_spec.system.deadline import within
from mlops_spec.system.lock import holder
from mlops_spec.targets.live import Kept, Live
from mlops_spec.targets.local import retention
from mlops_spec.targets.local.heard import heard_at
from mlops_spec.targets.local.serve.address import bind
from mlops_spec.targets.local.serve.wanted import (
    ALONE,
    LOCK,
    LOG,
    Wanted,
    forget_wanted,
    read_status,
    read_wanted,
    rename_wanted,
    serves_many,
    wanted_names,
    write_memory,
    write_wanted,
)
from mlops_spec.targets.target import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from mlops_spec.spec.environments import Environment
    from mlops_spec.targets.live import Heard, Scored, Served
    from mlops_spec.targets.local.serve.wanted import Status
    from mlops_spec.targets.target import Asked, Host

_FOLDER = "server"
_POLL = 0.02
_ANSWER_SECONDS = 5.0
_RETRY_SECONDS = 45.0  # longer than the server's longest pause between two tries
_START_SECONDS = 30.0
_SETTLE_SECONDS = 180.0  # longer than loading may take
_DRAIN_SECONDS = 45.0  # longer than a server takes to answer what it has begun
_HUNG_SECONDS = 2.0


@dataclass(frozen=True)
class Local:
    """A model at the server of one environment; `state` is the agent's folder, `model` the name that it answers to.

    `name` is that of its wish, empty where the model has the server for itself; `memory` is for all models together.
    """

    state: Path
    model: str
    listen: str
    supervised: bool = False  # a service manager runs the server: never start one here
    name: str = ALONE
    memory: int | None = None

    @classmethod
    def on(cls, host: Host, environment: Environment) -> Self:
        """The server that listens where the environment says."""
        assert isinstance(environment, Server)
        return cls(host.state, host.model, environment.listen, host.supervised, host.name, host.memory)

    @classmethod
    def heard(cls, environment: Environment, model: str) -> Heard:
        """What the server says of a model at its address."""
        assert isinstance(environment, Server)
        return heard_at(environment.listen, model)

    @classmethod
    def clear(cls, state: Path) -> None:
        """Ends the server of this folder."""
        cls(state, model="", listen="").stop()

    @classmethod
    def models(cls, state: Path) -> tuple[Kept, ...]:
        """The models whose wishes lie in the server's folder."""
        return tuple(_kept(state / _FOLDER, name) for name in wanted_names(state / _FOLDER))

    @classmethod
    def rename(cls, state: Path, old: str, new: str) -> None:
        """Lets a wish stand under another name; a server that runs goes on with it."""
        rename_wanted(state / _FOLDER, old, new)

    @property
    def folder(self) -> Path:
        """The server's own folder."""
        return self.state / _FOLDER

    def current(self) -> Live:
        """What the running server said last; nothing when none runs."""
        status = self.status()
        if status is None:
            return Live(unseen=f"no server runs for {self.state}")
        stable = status.worker(status.stable) if status.stable else None
        wanted = self._wanted().candidate
        return Live(stable, status.worker(wanted.digest) if wanted else None, status.weight)

    def stage(self, version: Served) -> None:
        """Loads a version beside the live one."""
        self.start()
        self.abort()
        wanted = self._wanted()
        if wanted.stable is not None and wanted.stable.digest == version.digest:
            self._await_stable(version)
            return
        status = self._settle(_with_candidate(wanted, version))
        worker = status.worker(version.digest)
        if worker is None or worker.state != "ready":
            reason = worker.reason if worker is not None else "its process is gone"
            self.abort()
            raise Refused(f"{version.version} can't be served: {reason}")

    def shift(self, weight: int, seconds: float) -> None:
        """Gives the staged version a share of the requests."""
        self._settle(replace(self._wanted(), mode="canary", weight=weight, expires=time.time() + seconds))

    def mirror(self, seconds: float) -> None:
        """Gives the staged version a copy of each request; the live one answers them all."""
        self._settle(replace(self._wanted(), mode="shadow", weight=100, expires=time.time() + seconds))

    def finish(self) -> None:
        """Makes the staged version the live one; the old one stays on the host as `previous`."""
        wanted = self._wanted()
        if wanted.candidate is None:
            return
        new = wanted.candidate
        status = self._settle(replace(_with_candidate(wanted, None), stable=new, previous=wanted.stable))
        if status.stable != new.digest:
            raise Failure(f"{new.version} was loaded but does not answer", exit_code=Exit.UNAVAILABLE)

    def abort(self) -> None:
        """Drops the staged version."""
        wanted = self._wanted()
        if wanted.candidate is not None:
            self._settle(_with_candidate(wanted, None))

    def kept(self) -> set[str]:
        """Digests of the packages that the server may need: live, tried, and the one before."""
        return {*_digests(self._wanted())}

    def check(self) -> None:
        """Raises Failure where no server of this folder runs and none could listen (78)."""
        if not self.supervised and holder(self.folder / LOCK) is None:
            bind(self.listen).close()

    def start(self) -> bool:
        """Starts the server where none runs; False when one did. Whatever it served last it serves again.

        Raises:
            Failure: the address is taken or the server's extra is not installed (78), or it does not come up (69).
        """
        if self.folder.is_dir():
            write_memory(self.folder, self.memory)
        if holder(self.folder / LOCK) is not None:
            if self.supervised or self._as_wanted():
                return False
            self.stop()
        if self.supervised:
            raise Failure(
                f"no server runs for {self.state}", exit_code=Exit.UNAVAILABLE, remedy="Its service must be started."
            )
        command = ("serve", "--state", str(self.state), "--listen", self.listen, "--detach")
        done = self._started([sys.executable, "-P", "-m", "mlops_spec", *command])
        if done.returncode not in {Exit.OK, Exit.STALE}:
            said = done.stderr.strip().removeprefix("mlops-spec: ").splitlines() or ["it ended at once"]
            raise Failure(said[0], exit_code=Exit.CONFIG, remedy=" ".join(said[1:]).strip())
        generation, wanted = self._wanted().generation, read_wanted(self.folder, self.name)
        self._wait(
            lambda status: status is not None and status.generation >= generation,
            _SETTLE_SECONDS,
            "the server does not come up",
            of=self.name if wanted is not None else ALONE,
        )
        return True

    def _started(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(command, capture_output=True, text=True, timeout=_START_SECONDS, check=False)
        except subprocess.TimeoutExpired as slow:
            raise Failure(
                f"the server did not start within {_START_SECONDS:.0f} s",
                exit_code=Exit.UNAVAILABLE,
                remedy=f"Its log is {self.folder / LOG}.",
            ) from slow

    def _await_stable(self, version: Served) -> None:
        # the server starts it again by itself: this leaves the time for one more try
        deadline = time.monotonic() + _RETRY_SECONDS
        while time.monotonic() < deadline:
            stable = self.current().stable
            if stable is not None and stable.digest == version.digest and stable.state in {"ready", "unloaded"}:
                return
            time.sleep(_POLL)
        status = self.status()
        worker = status.worker(version.digest) if status is not None else None
        raise Refused(f"{version.version} does not run: {worker.reason if worker is not None else 'no process'}")

    def _as_wanted(self) -> bool:
        if self.name and not serves_many(self.folder):  # one of before there were several
            return False
        status = self._status_of(ALONE)
        return status is None or (status.listen == self.listen and _server_answers(self.listen))

    def stop(self) -> None:
        """Ends the server once it has answered what it has begun; one that no longer answers is killed."""
        process, status = holder(self.folder / LOCK), self._status_of(ALONE)
        if process is None:
            return
        drains = status is not None and _server_answers(status.listen)
        _signal(process, signal.SIGTERM)
        if not self._lock_freed_within(process, _DRAIN_SECONDS if drains else _HUNG_SECONDS):
            _signal(process, signal.SIGKILL)
            self._wait(lambda _: self._lock_freed_within(process, 0), _START_SECONDS, f"process {process} does not end")

    def _lock_freed_within(self, process: int, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while holder(self.folder / LOCK) == process:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_POLL)
        return True

    def restart(self) -> None:
        """Ends the server and starts it again; of several models this one alone is loaded anew.

        Where a service manager runs the server, that starts it.
        """
        if self.name and serves_many(self.folder) and holder(self.folder / LOCK) is not None:
            wanted = self._wanted()
            self._settle(replace(wanted, reloads=wanted.reloads + 1))
            return
        self.stop()
        if not self.supervised:
            self.start()

    def retire(self) -> None:
        """Ends serving the model: the server forgets it, and goes on with the others."""
        if holder(self.folder / LOCK) is not None:
            wanted = self._wanted()
            self._settle(Wanted(model=self.model, generation=wanted.generation))
        forget_wanted(self.folder, self.name)

    def prune(self, seconds: float) -> None:
        """Removes files of the prediction log that are older than that."""
        retention.prune(retention.predictions_of(self.state, self.name), seconds)

    def work(self, version: Served, first: datetime, asked: Asked) -> Iterator[Scored]:  # noqa: ARG002
        """Requests are answered as they come."""
        return iter(())

    def _wanted(self) -> Wanted:
        return replace(read_wanted(self.folder, self.name) or Wanted(model=self.model), model=self.model)

    def status(self) -> Status | None:
        """The status of the server that runs, not that of one before it."""
        return self._status_of(self.name)

    def _status_of(self, name: str) -> Status | None:
        process = holder(self.folder / LOCK)
        status = read_status(self.folder, name) if process is not None else None
        return status if status is not None and status.pid == process else None

    def _settle(self, wanted: Wanted) -> Status:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        wanted = replace(wanted, generation=wanted.generation + 1)
        write_wanted(self.folder, wanted, self.name)
        self.start()
        seen = self._wait(
            lambda status: status is not None and status.generation == wanted.generation,
            _SETTLE_SECONDS,
            f"the server does not follow; see {self.folder / LOG}",
        )
        assert seen is not None
        return seen

    def _wait(
        self, holds: Callable[[Status | None], bool], seconds: float, otherwise: str, of: str | None = None
    ) -> Status | None:
        deadline = time.monotonic() + seconds
        while True:
            status = self._status_of(self.name if of is None else of)
            if holds(status):
                return status
            if time.monotonic() > deadline:
                raise Failure(otherwise, exit_code=Exit.UNAVAILABLE, remedy=f"Its log is {self.folder / LOG}.")
            time.sleep(_POLL)


def _with_candidate(wanted: Wanted, candidate: Served | None) -> Wanted:
    return replace(wanted, candidate=candidate, mode="canary", weight=0, expires=None)


def _kept(folder: Path, name: str) -> Kept:
    try:
        wanted = read_wanted(folder, name) or Wanted(model=name)
    except Failure:
        return Kept(name, name, frozenset(), readable=False)
    return Kept(name, wanted.model, _digests(wanted))


def _digests(wanted: Wanted) -> frozenset[str]:
    return frozenset(each.digest for each in (wanted.stable, wanted.candidate, wanted.previous) if each is not None)


def _signal(process: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, number)


def _server_answers(listen: str) -> bool:
    host, _, port = listen.rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=_ANSWER_SECONDS)

    def status() -> int:
        connection.request("GET", "/v2/health/live")
        return connection.getresponse().status

    try:
        return within(_ANSWER_SECONDS, status) == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
