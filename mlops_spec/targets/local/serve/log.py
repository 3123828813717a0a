"""The prediction log: one JSON line per answered request, written by a thread so that no request waits for the disk.

A line is `{"v":1,"time":...,"version":...,"digest":...,"role":"stable|canary|pinned","seconds":...,"request":{...},
"response":{...}}`, request and response as the protocol has them. Files are `predictions-<UTC time>.jsonl`; a new one
begins when one is full. Where the disk can't follow, records are dropped and counted: serving goes on.
"""

from __future__ import annotations

import os
import queue
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.targets.local.serve.limits import Limits
    from mlops_spec.targets.local.serve.router import Routed

_END = b""


class PredictionLog:
    """Writes to files of a folder, from a thread of its own."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.dropped = 0
        self._folder = folder
        self._limits = limits
        self._waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._file: BinaryIO | None = None
        self._thread = threading.Thread(target=self._run, name="prediction-log", daemon=True)
        self._thread.start()

    def add(self, body: bytes, routed: Routed) -> None:
        """Queues one answered request; `body` is JSON, as the worker has accepted it."""
        if routed.by is None or self._waiting.qsize() >= self._limits.log_waiting:
            self.dropped += 1
            return
        served = routed.by.served
        head = (
            f'{{"v":1,"time":"{datetime.now(UTC).isoformat(timespec="milliseconds")[:-6]}Z","version":"{served.version}"'
            f',"digest":"{served.digest}","role":"{routed.role}","seconds":{routed.seconds:.6f},"request":'
        )
        # A line break in accepted JSON stands between its tokens, never in them.
        line = b"".join((head.encode(), body, b',"response":', routed.answer.payload, b"}"))
        self._waiting.put(line.replace(b"\n", b" ").replace(b"\r", b" ") + b"\n")

    def close(self) -> None:
        """Writes what is queued and ends the thread."""
        self._waiting.put(_END)
        self._thread.join()

    def _run(self) -> None:
        ended = False
        while not ended:
            lines = [self._waiting.get()]
            while not self._waiting.empty():
                lines.append(self._waiting.get())
            ended = _END in lines
            try:
                self._write([line for line in lines if line])
            except OSError:  # a full disk: the next write tries again, with a new file
                self.dropped += len(lines)
                self._file = None
        if self._file is not None:
            self._file.close()

    def _write(self, lines: list[bytes]) -> None:
        if self._file is None or self._file.tell() >= self._limits.log_bytes:
            if self._file is not None:
                self._file.close()
            name = f"predictions-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}.jsonl"
            descriptor = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            self._file = os.fdopen(descriptor, "ab", buffering=0)
        data = b"".join(lines)
        if self._file.write(data) < len(data):
            raise OSError("the disk took a part of it")
