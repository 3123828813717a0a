"""The prediction log: one JSON line per answered request, written by a thread so that no request waits for the disk.

A line is `{"v":1,"time":...,"version":...,"digest":...,"role":"stable|canary|pinned","seconds":...,"request":{...},
"response":{...}}`, request and response as the protocol has them. Files are `predictions-<UTC time>.jsonl`; a new one
begins when one is full, and each model of several has a folder of its own. Where the disk can't follow, records are
dropped and counted: serving goes on.
"""

from __future__ import annotations

import os
import queue
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO

from mlops_spec.targets.local.serve.wanted import ALONE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mlops_spec.targets.local.serve.limits import Limits
    from mlops_spec.targets.local.serve.router import Routed

_END = b""
_OPEN = 32  # files at once; beyond that those of all models begin anew


class PredictionLog:
    """Writes to files of each model's folder, from one thread; `folder_of` takes the name of its wish."""

    def __init__(self, folder_of: Callable[[str], Path], limits: Limits) -> None:
        self.dropped = 0
        self._folder_of = folder_of
        self._limits = limits
        self._waiting: queue.SimpleQueue[tuple[str, bytes]] = queue.SimpleQueue()
        self._files: dict[str, BinaryIO] = {}
        self._thread = threading.Thread(target=self._run, name="prediction-log", daemon=True)
        self._thread.start()

    def add(self, body: bytes, routed: Routed, model: str = ALONE) -> None:
        """Queues one answered request of a model; `body` is JSON, as the worker has accepted it."""
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
        self._waiting.put((model, line.replace(b"\n", b" ").replace(b"\r", b" ") + b"\n"))

    def close(self) -> None:
        """Writes what is queued and ends the thread."""
        self._waiting.put((ALONE, _END))
        self._thread.join()

    def _run(self) -> None:
        ended = False
        while not ended:
            lines: dict[str, list[bytes]] = {}
            waiting = [self._waiting.get()]
            while not self._waiting.empty():
                waiting.append(self._waiting.get())
            for model, line in waiting:
                ended = ended or line == _END
                lines.setdefault(model, []).append(line)
            for model, own in lines.items():
                self._write_or_drop(model, [line for line in own if line])
        self._close_all()

    def _write_or_drop(self, model: str, lines: list[bytes]) -> None:
        try:
            if lines:
                self._write(model, b"".join(lines))
        except OSError:  # a full disk: the next write tries again, with a new file
            self.dropped += len(lines)
            self._files.pop(model, None)

    def _write(self, model: str, data: bytes) -> None:
        file = self._files.get(model)
        if file is None or file.tell() >= self._limits.log_bytes:
            if file is not None:
                file.close()
            if len(self._files) >= _OPEN:
                self._close_all()
            file = self._files[model] = self._opened(self._folder_of(model))
        if file.write(data) < len(data):
            raise OSError("the disk took a part of it")

    def _opened(self, folder: Path) -> BinaryIO:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"predictions-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}.jsonl"
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        return os.fdopen(descriptor, "ab", buffering=0)

    def _close_all(self) -> None:
        for file in self._files.values():
            file.close()
        self._files.clear()
