"""Clients that keep their connections and ask again as soon as they are answered: one process, bare sockets.

The same for every server, and light: what it costs per request is a few dozen microseconds, told beside the results.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

CLIENTS = 8


@dataclass(frozen=True)
class Question:
    """One request, as its bytes on the wire, and where it goes."""

    port: int
    wire: bytes


@dataclass(frozen=True)
class Load:
    """What the clients saw: the seconds of each answer, how long they asked, and the processor time that they took.

    `answers` counts those of the warm-up too.
    """

    took: list[float]
    answers: int
    seconds: float
    own_seconds: float


def question(port: int, path: str, body: bytes) -> Question:
    """A POST of some JSON."""
    lines = (
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        "Accept: application/json",
        f"Content-Length: {len(body)}",
    )
    return Question(port, "\r\n".join((*lines, "", "")).encode() + body)


def load(asked: Question, seconds: float, warm: float = 0.5) -> Load:
    """Asks for `warm` seconds, which do not count, and then for `seconds`."""
    return asyncio.run(_load(asked, seconds, warm))


def once(asked: Question) -> Any:
    """One answer's JSON; raises OSError where there is none, ValueError where it is no 200."""
    return asyncio.run(_once(asked))


class _Client(asyncio.Protocol):
    """One connection; each answer is read whole before the next question."""

    def __init__(self, wire: bytes, start: float, end: float) -> None:
        loop = asyncio.get_running_loop()
        self.done: asyncio.Future[None] = loop.create_future()
        self.took: list[float] = []
        self.answers = 0
        self.body = b""
        self._wire, self._start, self._end = wire, start, end
        self._pending = bytearray()
        self._missing = -1  # bytes of the answer that are still to come; below 0: its head too
        self._asked = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._pending += data
        if self._missing < 0 and not self._read_head():
            return
        if len(self._pending) >= self._missing:
            self._answered()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed the connection"))

    def _ask(self) -> None:
        self._asked = time.perf_counter()
        self._transport.write(self._wire)

    def _read_head(self) -> bool:
        end = self._pending.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(self._pending[:end]).lower()
        length = head.partition(b"content-length:")[2].partition(b"\r")[0]
        if not head.startswith(b"http/1.1 200") or not length:
            self.done.set_exception(ValueError(bytes(self._pending[:500]).decode(errors="replace")))
            self._transport.abort()
            return False
        del self._pending[: end + 4]
        self._missing = int(length)
        return True

    def _answered(self) -> None:
        now = time.perf_counter()
        self.answers += 1
        if self._asked >= self._start:
            self.took.append(now - self._asked)
        self.body = bytes(self._pending[: self._missing])
        self._pending.clear()
        self._missing = -1
        if now < self._end:
            self._ask()
        elif not self.done.done():
            self.done.set_result(None)
            self._transport.close()


async def _load(asked: Question, seconds: float, warm: float) -> Load:
    start = time.perf_counter() + warm
    before = time.process_time()
    clients = [await _connect(asked, start, start + seconds) for _ in range(CLIENTS)]
    await asyncio.wait_for(asyncio.gather(*(client.done for client in clients)), warm + seconds + 60)
    own = (time.process_time() - before) * seconds / (warm + seconds)
    took = [took for client in clients for took in client.took]
    return Load(took, sum(client.answers for client in clients), seconds, own)


async def _once(asked: Question) -> Mapping[str, Any]:
    client = await _connect(asked, 0, 0)
    await asyncio.wait_for(client.done, 60)
    found: Mapping[str, Any] = json.loads(client.body)
    return found


async def _connect(asked: Question, start: float, end: float) -> _Client:
    loop = asyncio.get_running_loop()
    _, client = await loop.create_connection(lambda: _Client(asked.wire, start, end), "127.0.0.1", asked.port)
    return client
