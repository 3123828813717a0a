"""The front's end of one worker process: starts it, asks it, notices when it dies, ends it."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import struct
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from mlops_spec.targets.local.serve.compare import Deciding, deciding
from mlops_spec.targets.local.serve.counts import Counts
from mlops_spec.targets.local.serve.frame import Frame, Splitter, pack
from mlops_spec.targets.local.serve.outside import unpack as unpack_outside
from mlops_spec.targets.local.serve.scores import Scores, unpack
from mlops_spec.targets.local.serve.wanted import WorkerStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mlops_spec.targets.live import Served, State
    from mlops_spec.targets.local.serve.limits import Limits

_HELLO = 0
# All that a worker gets of the environment: nothing that a model's code could carry away.
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH", "OMP_NUM_THREADS", "OMP_WAIT_POLICY")
# For a few rows, threads that wait for one another cost far more than they gain; set them outside to have more.
_THREADS = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to the client: an HTTP status and JSON; scores come with a 200.

    `outside` has the inputs that were outside the data contract, with their numbers of rows. With a 503, `retry_after`
    says in how many seconds it may be worth a try.
    """

    status: int
    payload: bytes
    scores: Scores | None = None
    outside: tuple[tuple[str, int], ...] = ()
    retry_after: int = 1


# What reading raises of what a model's code can write to the socket too.
_NO_ANSWER = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, struct.error)


def problem(status: int, message: str, retry_after: int = 1) -> Answer:
    """An answer that says what is wrong."""
    return Answer(status, json.dumps({"error": message}).encode(), retry_after=retry_after)


def _reason(answer: Answer) -> str:
    try:
        return str(json.loads(answer.payload).get("error", answer.status))
    except (ValueError, AttributeError, RecursionError):
        return str(answer.status)


class Remote(asyncio.Protocol):
    """One version's process. `state` goes loading → warming → ready → draining, or to failed, with a `reason`.

    `name` is what its log is called after, beside the digest: the model's, where the server has several.
    """

    def __init__(
        self, served: Served, limits: Limits, folder: Path, counts: Counts | None = None, name: str = ""
    ) -> None:
        self.served = served
        self.counts = counts or Counts()
        self.began = time.monotonic()
        self.state: State = "loading"
        self.reason = ""
        self.metadata: dict[str, Any] = {}
        self._inputs: tuple[str, ...] = ()
        self.deciding: Deciding | None = None
        self.failures_in_a_row = 0
        self._loaded = asyncio.Event()
        self._limits = limits
        self._folder = folder
        self._name = f"{name}-" if name else ""
        self._splitter = Splitter()
        self._asked: dict[int, asyncio.Future[Answer]] = {}
        self._number = _HELLO
        self._process: asyncio.subprocess.Process | None = None
        self._transport: asyncio.WriteTransport | None = None
        self._ended = False

    @property
    def pid(self) -> int | None:
        """Its process, where there is one."""
        return self._process.pid if self._process is not None else None

    @property
    def waiting(self) -> int:
        """Requests under way."""
        return len(self._asked)

    async def start(self, samples: Sequence[bytes] = ()) -> None:
        """Starts the process, waits until the model is loaded, and warms it with requests that can be answered."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            await asyncio.get_running_loop().create_unix_connection(lambda: self, sock=ours)
            self._process = await self._spawn(theirs)
        except OSError as error:
            self.fail(f"no process could be started: {error}")
            return
        finally:
            theirs.close()
        if self._ended:  # nobody wants it any more
            self.kill()
            return
        try:
            await asyncio.wait_for(self._loaded.wait(), self._limits.load_seconds)
        except TimeoutError:
            self.fail(f"not loaded within {self._limits.load_seconds:g} s")
            self.kill()
        for sample in samples:
            answer = await self.ask(sample, self._limits.answer_seconds)
            if answer.status not in {200, 400, 422}:  # a version with other inputs takes other requests
                self.fail(f"it can't answer a request that was answered before: {_reason(answer)}")
        if self.state == "warming":
            self.state = "ready"

    def ask(self, body: bytes, seconds: float) -> asyncio.Future[Answer]:
        """Sends one request; the answer always comes, as a 503 or 504 where the worker gives none."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        # A transport that closes was killed a moment ago, and the loop tells of it later.
        runs = self.state in {"warming", "ready", "draining"}
        if not runs or self._transport is None or self._transport.is_closing():
            answer.set_result(problem(503, f"version {self.served.version} does not run: {self.reason or self.state}"))
        elif len(self._asked) >= self._limits.waiting:
            answer.set_result(problem(503, "too many requests are waiting; try again"))
        else:
            self._number = self._number % 0xFFFFFFFF + 1
            number = self._number
            self._asked[number] = answer
            timer = loop.call_later(seconds, self._expire, number, seconds)
            answer.add_done_callback(lambda _: self._forget(number, timer))
            self._transport.write(pack(number, 0, body))
        return answer

    async def stop(self) -> None:
        """Lets requests that are under way finish, then ends the process."""
        self._ended = True
        if self.state in {"warming", "ready"}:
            self.state = "draining"
        try:
            async with asyncio.timeout(self._limits.drain_seconds):
                while self._asked:
                    await asyncio.sleep(0.01)
        except TimeoutError:
            pass
        self.kill()
        if self._process is not None:
            await self._process.wait()

    def kill(self) -> None:
        """Ends the process now."""
        if self._transport is not None:
            self._transport.close()
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    def fail(self, reason: str) -> None:
        """Says why it does not run."""
        if self.state != "failed":
            self.state, self.reason = "failed", reason
        self._loaded.set()

    def status(self) -> WorkerStatus:
        """What the agent gets to see."""
        return WorkerStatus(
            version=self.served.version,
            digest=self.served.digest,
            state=self.state,
            reason=self.reason,
            pid=self.pid,
            window=self.counts.window(),
        )

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        try:
            for frame in self._splitter.feed(data):
                self._received(frame)
        except _NO_ANSWER as error:
            self.fail(f"the process sent what is no answer: {error}")
            self.kill()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the protocol's signature
        if self.state != "draining":
            self.fail(self.reason or "the process ended")
        for answer in list(self._asked.values()):
            if not answer.done():
                answer.set_result(problem(503, f"version {self.served.version} ended before it answered"))

    async def _spawn(self, theirs: socket.socket) -> asyncio.subprocess.Process:
        served = self.served
        name = served.digest.removeprefix("sha256:")[:12]
        with (self._folder / f"worker-{self._name}{name}.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "mlops_spec.system.sandbox", str(self._limits.memory_bytes)),
                "mlops_spec.targets.local.serve.worker",
                *("--package", served.package, "--digest", served.digest, "--version", served.version),
                *("--socket", str(theirs.fileno())),
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=(theirs.fileno(),),
                env=_THREADS | {key: os.environ[key] for key in _ENVIRONMENT if key in os.environ},
                cwd=self._folder,
            )

    def _received(self, frame: Frame) -> None:
        if frame.number == _HELLO:
            self._greeted(frame.status, frame.payload)
            return
        answer = self._asked.get(frame.number)
        if answer is None or answer.done():
            return
        if frame.status in {200, 422}:
            scores, size = unpack(frame.payload) if frame.status == 200 else (None, 0)
            outside, size = unpack_outside(frame.payload, size, self._inputs)
            answer.set_result(Answer(frame.status, frame.payload[size:], scores, outside))
        else:
            answer.set_result(Answer(frame.status, frame.payload))

    def _greeted(self, status: int, payload: bytes) -> None:
        said = json.loads(payload)
        if status == 200:
            self.metadata, self.deciding = said["metadata"], deciding(said["deciding"])
            self._inputs = tuple(str(tensor["name"]) for tensor in self.metadata["inputs"])
            self.state = "warming"
            self._loaded.set()
        else:
            self.fail(said["error"])

    def _expire(self, number: int, seconds: float) -> None:
        answer = self._asked.get(number)
        if answer is not None and not answer.done():
            answer.set_result(problem(504, f"version {self.served.version} gave no answer within {seconds:g} s"))

    def _forget(self, number: int, timer: asyncio.TimerHandle) -> None:
        timer.cancel()
        self._asked.pop(number, None)
