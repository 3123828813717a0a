"""Runs commands on a Ray cluster: inputs and outputs go by hash through the storage, and a lost job begins anew."""

from __future__ import annotations

import secrets
import shlex
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlops_spec import words
from mlops_spec.compute.ray.following import Following, Late, lost_contact
from mlops_spec.compute.ray.inputs import inputs_of
from mlops_spec.compute.ray.job import Asked
from mlops_spec.compute.ray.job_server import Away
from mlops_spec.compute.ray.outcome import outcome
from mlops_spec.compute.ray.package import START, Tracked, packed
from mlops_spec.compute.ray.start import ASKED
from mlops_spec.compute.ray.wanted import Room, Wanted, check_room, check_version, locked_ray
from mlops_spec.errors import Exit, Failure
from mlops_spec.spec.base import seconds

if TYPE_CHECKING:
    import threading
    from pathlib import PurePosixPath

    from mlops_spec.compute.place import Command
    from mlops_spec.compute.ray.job_server import Job, JobServer
    from mlops_spec.compute.ray.package import Package
    from mlops_spec.engines.handing import Store
    from mlops_spec.spec.compute import Ray

_GRACE = 60.0  # seconds that a job has beyond its timeout, should nobody be left to stop it
_NOT_BEGUN = "JOB_SUPERVISOR_ACTOR_START_TIMEOUT"  # Ray gives up on what waited 15 minutes for a node


class _Lost(Exception):
    """The cluster lost the job; `failure` is what is said when it is not tried again."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class _Waiting(Exception):
    """It never got a node, and Ray no longer waits for one."""


@dataclass(frozen=True)
class Cluster:
    """A cluster that runs the commands of the model in `folder` of a repository; `ended` is set to stop them."""

    server: JobServer
    ray: Ray
    store: Store
    folder: PurePosixPath
    ended: threading.Event
    patience: float = 180.0  # seconds that the head may take to start again

    def run(self, command: Command) -> None:
        """As `Compute.run`; the command's words come as the job's log grows."""
        _check_words(command)
        until = time.monotonic() + seconds(self.ray.timeout)
        self._check(command)
        tracked = Tracked.of(self.store.root)
        inputs = self.store.put(command.folder, inputs_of(tracked, self.folder, command))
        package = packed(tracked, self.folder, command.folder)
        asked = self._asked(command, inputs)
        outputs = self._tried(command, asked, package, until)
        words.out(f"{command.named}: fetches {', '.join(outputs) or 'nothing'} from {self.store.url}")
        self.store.take(command.folder, outputs)

    def _check(self, command: Command) -> None:
        try:
            version = self.server.version()
            check_version(version, self.server.address, locked_ray(self.store.root / "uv.lock"))
            if not check_room(self.server, Wanted.of(self.ray), command.named):
                words.out(f"{command.named}: no node has {Wanted.of(self.ray)} yet; the cluster may add one")
        except Away as away:
            raise Failure(
                f"{command.named}: the cluster at {self.server.address} does not answer: {away}",
                exit_code=Exit.UNAVAILABLE,
                remedy="Start it, or mend `compute.ray.address`; this machine must reach the head's dashboard.",
            ) from None

    def _asked(self, command: Command, inputs: dict[str, str]) -> Asked:
        return Asked(
            id="",
            nonce=secrets.token_hex(8),
            seconds=seconds(self.ray.timeout) + _GRACE,
            line=command.line,
            named=command.named,
            folder=str(self.folder),
            environment=dict(command.environment),
            inputs=inputs,
            writes=command.writes,
            url="" if "://" in self.store.url else self.store.url,
        )

    def _tried(self, command: Command, asked: Asked, package: Package, until: float) -> dict[str, str]:
        """The outputs of the first job that comes to its end, of as many as the spec allows."""
        lost = 0
        while True:
            try:
                return self._attempt(command, asked, package, until)
            except _Waiting:
                continue
            except _Lost as gone:
                lost += 1
                if lost > self.ray.retries:
                    tried = f"{lost} times" if lost > 1 else "once, and no retries are allowed"
                    message = f"{gone.failure.message} (it was tried {tried})"
                    raise Failure(message, exit_code=gone.failure.exit_code, remedy=gone.failure.remedy) from None
                words.out(f"{gone.failure.message}: it begins anew, {lost} of {self.ray.retries} retries")
                if self.ended.wait(min(2.0**lost, 30.0)):
                    raise KeyboardInterrupt from None

    def _attempt(self, command: Command, asked: Asked, package: Package, until: float) -> dict[str, str]:
        submission = f"mlops-{secrets.token_hex(8)}"
        following = Following(
            self.server,
            submission,
            asked.nonce,
            until,
            self.ended,
            self.patience,
            Room(self.server, Wanted.of(self.ray), command.named, self.patience).look,
        )
        try:
            self._submit(command, replace(asked, id=submission), package)
            job = following.to_the_end()
        except Away as away:
            raise lost_contact(self.server, away, self.patience) from None
        except Late:
            raise Failure(
                f"{command.named}: no end within {self.ray.timeout}, its compute.ray.timeout: the job was stopped",
                exit_code=Exit.FINDINGS,
                remedy="Give it more time there, or less to do; see also whether the cluster is busy.",
            ) from None
        return self._came(command, job, following)

    def _submit(self, command: Command, asked: Asked, package: Package) -> None:
        wait = time.monotonic() + self.patience
        while True:
            try:
                if not self.server.has_package(package.name):
                    self.server.put_package(package.name, package.content)
                self.server.submit(self._request(command, asked, package))
                break
            except Away:
                if time.monotonic() > wait:
                    raise
                if self.ended.wait(2.0):
                    raise KeyboardInterrupt from None
        words.out(f"{command.named}: job {asked.id} on {self.server.address} with {Wanted.of(self.ray)}")

    def _request(self, command: Command, asked: Asked, package: Package) -> dict[str, object]:
        return {
            "entrypoint": f"python3 {START}",
            "submission_id": asked.id,
            "runtime_env": {"working_dir": package.address, "env_vars": {ASKED: asked.text()}},
            "metadata": {"mlops-spec": command.named},
            **Wanted.of(self.ray).request(),
        }

    def _came(self, command: Command, job: Job | None, following: Following) -> dict[str, str]:
        """The outputs of a job that ended well; raises how it ended otherwise."""
        said = outcome(following.log, following.nonce)
        if said is not None and said.failure is not None:
            where = "on a node of the cluster: " if said.failure.exit_code == Exit.IO else ""
            known = Failure(
                f"{where}{said.failure.message}", exit_code=said.failure.exit_code, remedy=said.failure.remedy
            )
            raise _Lost(known) if said.lost else known
        if job is not None and job.status == "SUCCEEDED" and said is not None:
            return _expected(command, dict(said.outputs))
        if job is not None and job.status == "STOPPED":
            raise Failure(
                f"{command.named}: somebody stopped the job {following.submission} on the cluster",
                exit_code=Exit.FINDINGS,
                remedy="Run again if that was not meant.",
            )
        if job is not None and job.error == _NOT_BEGUN:
            raise _Waiting
        why = _why(job)
        raise _Lost(Failure(f"{command.named}: the cluster lost the job: {why}", exit_code=Exit.UNAVAILABLE))


def _check_words(command: Command) -> None:
    try:
        shlex.split(command.line)
    except ValueError as error:
        raise Failure(f"{command.named}: {command.line!r} can't be read: {error}") from error


def _expected(command: Command, outputs: dict[str, str]) -> dict[str, str]:
    """The outputs, all of which the command was to write; raises Failure (1) else."""
    if strange := [path for path in outputs if path not in command.writes]:
        raise Failure(f"{command.named}: the job gives {strange[0]}, which nobody asked for", exit_code=Exit.FINDINGS)
    return outputs


def _why(job: Job | None) -> str:
    if job is None:
        return "its head knows nothing of it any more"
    if job.status == "SUCCEEDED":
        return "it ended, and its log, which says how, is not there"
    lines = [line.strip() for line in job.message.splitlines() if line.strip()]
    said = lines[0][:300] if lines else f"it ended as {job.status} and left no outcome"
    return f"{said} ({job.error})" if job.error else said
