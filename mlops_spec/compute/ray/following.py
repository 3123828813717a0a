"""One submitted job, followed to its end: its log is printed as it grows, and whoever stops waiting stops it."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlops_spec import words
from mlops_spec.compute.ray.job_server import BY_ITSELF, Away
from mlops_spec.compute.ray.outcome import is_ours, outcome
from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from mlops_spec.compute.ray.job_server import Job, JobServer

_SHORTEST, _LONGEST = 1.0, 20.0  # seconds between two looks
_PER_BYTE = 2e-6  # seconds: a log of a mebibyte is read every two
_CLOSING = 10.0  # seconds until the log of a job that ended is there
_STOPPING = 15.0  # seconds that a job may take to be stopped


class Late(Exception):
    """The time was up before the job ended."""


@dataclass
class Following:
    """A job by its name; nobody waits any more once `ended` is set.

    The server may be away for `patience` seconds. `looked` is called while the job waits for a node.
    """

    server: JobServer
    submission: str
    nonce: str
    until: float  # of time.monotonic
    ended: threading.Event
    patience: float
    looked: Callable[[], object]
    log: list[str] = field(default_factory=list)
    _begun: bool = False
    _waits: bool = False

    def to_the_end(self) -> Job | None:
        """The job as it ended; None where the server knows it no longer.

        Raises:
            Late: the time was up; the job was stopped.
            Away: the server did not answer for too long.
            KeyboardInterrupt: nobody waits any more; the job was stopped.
        """
        try:
            return self._followed()
        except BaseException as error:
            if not isinstance(error, Away):
                self._stop()
            raise

    def _followed(self) -> Job | None:
        heard, pause = time.monotonic(), _SHORTEST
        while True:
            try:
                job = self.server.job(self.submission)
                if job is None:
                    return None
                if job.status == "PENDING":
                    self._wait_for_a_node()
                else:
                    pause = self._print()
                if job.ended and (self._told(job) or time.monotonic() - heard > _CLOSING):
                    return job
                heard = heard if job.ended else time.monotonic()
            except Away:
                if time.monotonic() - heard > self.patience:
                    raise
            if time.monotonic() > self.until:
                raise Late
            if self.ended.wait(min(pause, max(0.0, self.until - time.monotonic()) + 0.05)):
                raise KeyboardInterrupt

    def _told(self, job: Job) -> bool:
        """Whether the log says how it came out; a job that nothing but its own process ended says so, if late."""
        by_itself = job.status == "SUCCEEDED" or job.error == BY_ITSELF
        return not by_itself or outcome(self.log, self.nonce) is not None

    def _wait_for_a_node(self) -> None:
        self.looked()
        if not self._waits:
            words.out("it waits for a node with room")
            self._waits = True

    def _print(self) -> float:
        """Prints what is new of the log; how long to wait until the next look."""
        started = time.monotonic()
        try:
            text = self.server.log(self.submission)
        except Away:  # the node of its log is gone, or only busy; the job says which
            return _SHORTEST
        whole = text.split("\n")[:-1]  # the last may still grow
        for line in whole[len(self.log) :]:
            self._say(line)
        self.log = whole
        took = time.monotonic() - started
        return min(_LONGEST, max(_SHORTEST, 20 * took, len(text) * _PER_BYTE))

    def _say(self, line: str) -> None:
        if is_ours(line, self.nonce):
            self._begun = True
        elif self._begun:
            words.out(line)

    def _stop(self) -> None:
        """Stops the job and waits until it is: nothing of it runs on, or somebody is told."""
        until = time.monotonic() + _STOPPING
        while time.monotonic() < until:
            with suppress(Away, Failure):
                job = self.server.job(self.submission)
                if job is None or job.ended:
                    return
                self.server.stop(self.submission)
            time.sleep(0.5)
        words.err(
            f"the job {self.submission} could not be stopped: look after it with `ray job stop {self.submission}`"
        )


def lost_contact(server: JobServer, away: Away, patience: float) -> Failure:
    """What is said of a server that does not come back."""
    return Failure(
        f"the cluster at {server.address} has not answered for {patience:.0f} s: {away}",
        exit_code=Exit.UNAVAILABLE,
        remedy="Run again when it does; a job that runs on there ends itself when its time is up.",
    )
