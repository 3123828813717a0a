"""Our end of the process that has the model: rows are put in, answers are taken out, in the same order."""

from __future__ import annotations

import fcntl
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import pyarrow as pa

from mlops_spec.errors import Exit, Failure
from mlops_spec.targets.batch.predictor import MORE, PROBLEM, SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlops_spec.targets.live import Served

Item = TypeVar("Item")
_MEMORY = 8 * 2**30  # bytes of one model's process
_ANSWER_SECONDS = 900.0  # to load, or for one batch of rows
_PIPE = 2**20  # bytes
_END_SECONDS = 20.0
_WAITING = 2  # batches between reading and writing
# Nothing that a model's code could carry away.
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH", "OMP_NUM_THREADS", "OMP_WAIT_POLICY")


class Predictor:
    """A version's process, from loading to its end."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._folder = tempfile.TemporaryDirectory(prefix="mlops-spec-score-")
        self._told = open(Path(self._folder.name) / "said", "wb")  # noqa: SIM115, PTH123 - for as long as it runs
        module = ("-m", "mlops_spec.system.sandbox", str(_MEMORY), "mlops_spec.targets.batch.predictor")
        self._process = subprocess.Popen(
            [sys.executable, "-P", *module, served.package, served.digest, self._folder.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._told,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
            cwd=self._folder.name,
        )
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            if hasattr(fcntl, "F_SETPIPE_SZ"):  # Linux: fewer turns between two processes that pass on megabytes
                with suppress(OSError):
                    fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)
        assert self._process.stdin is not None
        self._rows = self._process.stdin
        self._schema: pa.Schema | None = None
        self._answers: Any = None
        self._stream: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # what was not sent yet is nobody's any more
                stream.close()  # type: ignore[union-attr]
        self._told.close()
        self._folder.cleanup()

    @property
    def schema(self) -> pa.Schema:
        """The columns of its answers; waits until it is loaded."""
        if self._schema is None:
            self._schema = self._in_time(self._read_schema)
        return self._schema

    def put(self, batch: pa.RecordBatch) -> None:
        """Asks for the answers to some rows."""
        try:
            if self._stream is None or self._stream[0] != batch.schema:
                self._end_stream()
                self._rows.write(MORE)
                self._stream = (batch.schema, pa.ipc.new_stream(self._rows, batch.schema))
            self._stream[1].write_batch(batch)
            self._rows.flush()
        except (OSError, ValueError) as error:
            raise self._failure() from error

    def take(self) -> pa.RecordBatch:
        """The next answers."""
        if self._answers is None:
            _ = self.schema
            self._answers = self._in_time(lambda: pa.ipc.open_stream(self._process.stdout))
        return self._in_time(self._answers.read_next_batch)

    def _read_schema(self) -> pa.Schema:
        assert self._process.stdout is not None
        head = self._process.stdout.read(SIZE.size)
        if len(head) < SIZE.size:
            raise OSError("it ended before it was loaded")
        return pa.ipc.read_schema(pa.py_buffer(self._process.stdout.read(SIZE.unpack(head)[0])))

    def _end_stream(self) -> None:
        if self._stream is not None:
            self._stream[1].close()

    def _in_time(self, call: Any) -> Any:
        watch = threading.Timer(_ANSWER_SECONDS, self._process.kill)
        watch.start()
        try:
            return call()
        except (OSError, ValueError, pa.ArrowException, StopIteration) as error:
            raise self._failure() from error
        finally:
            watch.cancel()

    def _failure(self) -> Failure:
        with suppress(OSError):
            self._rows.close()
        try:
            code = self._process.wait(_END_SECONDS)  # it writes down first what went wrong
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        try:
            told = json.loads((Path(self._folder.name) / PROBLEM).read_bytes())
            return Failure(f"{self._served.version}: {told['message']}", exit_code=Exit(told["exit_code"]))
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            said = (Path(self._folder.name) / "said").read_bytes()[-300:].decode(errors="replace").strip()
            return Failure(
                f"{self._served.version}: its process ended with {code} or gave no answer: {said}",
                exit_code=Exit.FINDINGS,
                remedy="A kill from outside means that memory ran out: give the host more.",
            )


def answered(
    predictor: Predictor, items: Iterable[tuple[Item, pa.RecordBatch]]
) -> Iterator[tuple[Item, pa.RecordBatch]]:
    """The answers to batches of rows, each with the item that came with it; reading goes on while the model works."""
    waiting: queue.Queue[tuple[Item] | BaseException | None] = queue.Queue(_WAITING)

    def feed() -> None:
        try:
            for item, batch in items:
                predictor.put(batch)
                waiting.put((item,))
            waiting.put(None)
        except BaseException as error:  # told where it can be raised
            waiting.put(error)

    _ = predictor.schema
    threading.Thread(target=feed, daemon=True).start()
    while (found := waiting.get()) is not None:
        if isinstance(found, BaseException):
            raise found
        yield found[0], predictor.take()
