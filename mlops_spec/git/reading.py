"""Reading objects: many by one call of git, or all of a command's by one `cat-file --batch` that is kept open."""

from __future__ import annotations

import io
import os
import select
import subprocess
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import IO, TYPE_CHECKING, Self

from mlops_spec.git.blocked import FIRST_LOOK, pipe_in_the_way
from mlops_spec.git.environment import environment
from mlops_spec.git.process import LOCAL_SECONDS, Process, last_reason
from mlops_spec.git.values import GitError
from mlops_spec.system.faults import told_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from _typeshed import WriteableBuffer

# Less than a pipe holds: Git has taken in each question before it stops at an answer that nobody reads yet.
_ASKED_AT_ONCE = 16 << 10


@dataclass(frozen=True)
class Reading(Process):
    """A repository, its objects read."""

    reader: Reader | None = field(default=None, repr=False, compare=False)

    @contextmanager
    def kept_open(self) -> Iterator[Self]:
        """The same repository, whose objects one process of git reads until the block ends."""
        if self._answering():
            yield self
            return
        with ExitStack() as until:
            yield replace(self, reader=Reader(self, until))

    def _answering(self) -> Reader | None:
        """The process that is kept open; what was read by it may be asked for more after its end."""
        return self.reader if self.reader and self.reader.is_open else None

    def read_objects(self, names: Iterable[str]) -> Iterator[bytes | None]:
        """The contents of objects (`id`, or `revision:path`), in order, by one `cat-file --batch`; None: no such.

        They are read while git still writes, so that many need neither much memory nor to be waited for.
        """
        if reader := self._answering():
            yield from reader.read([self._line(name) for name in names])
            return
        with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as said:
            lines = [self._line(name) for name in names]
            asked.writelines(lines)
            asked.seek(0)
            yield from self._read(asked, said, len(lines))

    def read_object(self, name: str) -> bytes:
        """The content of an object that has to be there; see `read_all`."""
        (content,) = self.read_all([name])
        return content

    def read_all(self, names: Sequence[str]) -> Iterator[bytes]:
        """The contents of objects that have to be there.

        Raises:
            GitError: one is not.
        """
        for name, content in zip(names, self.read_objects(names), strict=True):
            if content is None:
                remedy = "`git fsck` says what else is gone"
                raise GitError(f"{self.directory}: {name} is not in the repository", remedy=remedy)
            yield content

    def _line(self, name: str) -> bytes:
        return f"{self._in_a_line(name)}\n".encode()

    def _in_a_line(self, name: str) -> str:
        """A path may hold a line break, an id can't."""
        if "\n" not in name:
            return name
        done = self._call(["rev-parse", "--verify", "--quiet", "--end-of-options", name])
        return self._looked("rev-parse", done).stdout.decode().strip() or "none"

    def _read(self, asked: IO[bytes], said: IO[bytes], count: int) -> Iterator[bytes | None]:
        with self.cat_file(asked, said) as process:
            assert process.stdout is not None
            answer = io.BufferedReader(_Awaited(process.stdout.fileno(), self.directory), 1 << 20)
            try:
                for content in _contents(answer):
                    if content is None:
                        self.refuse_unopened(content, _all_of(said))
                    yield content
                    count -= 1
            except TimeoutError as slow:
                process.kill()
                raise self._endless("cat-file") from slow
            except BaseException:
                process.kill()  # it only reads, and may wait where nothing ever comes
                raise
        if process.returncode or count:
            raise self.cut_short(_all_of(said))

    def cat_file(self, asked: IO[bytes] | int, said: IO[bytes]) -> subprocess.Popen[bytes]:
        """A process that tells the objects which it is asked for; what it says of errors goes into `said`."""
        return subprocess.Popen(
            ["git", "cat-file", "--batch"],
            cwd=self.directory,
            env=environment(self.token, self.server, {}),
            stdin=asked,
            stdout=subprocess.PIPE,
            stderr=said,
            bufsize=1 << 20,
        )

    def refuse_unopened(self, content: bytes | None, told: str) -> None:
        """Raises GitError (74) where an object is there, and could not be read."""
        if content is None and told_of(told):
            raise self._failed(f"git cat-file: {last_reason(told)}", told)

    def cut_short(self, told: str) -> GitError:
        """What to raise where git ended before it had answered; Failure by itself where the checkout can't be read."""
        self._refuse_unread(told)
        why = last_reason(told) or "the repository can't be read"
        return GitError(f"{self.directory}: git cat-file: {why}", stderr=told, remedy="`git fsck` says what is wrong")


class Reader:
    """A process that answers as long as it is asked, from the first question on; it ends with the block `until`."""

    def __init__(self, git: Reading, until: ExitStack) -> None:
        self.is_open = True
        self._heard = 0  # characters of what git said of errors
        self._git = git
        self._until = until
        until.callback(self._close)

    def _close(self) -> None:
        self.is_open = False

    @cached_property
    def _said(self) -> IO[bytes]:
        return self._until.enter_context(tempfile.TemporaryFile())

    @cached_property
    def _process(self) -> subprocess.Popen[bytes]:
        process = self._git.cat_file(subprocess.PIPE, self._said)
        self._until.callback(_end, process)
        return process

    @cached_property
    def _answer(self) -> io.BufferedReader:
        assert self._process.stdout is not None
        return io.BufferedReader(_Awaited(self._process.stdout.fileno(), self._git.directory), 1 << 16)

    def read(self, lines: Sequence[bytes]) -> Iterator[bytes | None]:
        """What is asked for by lines; each answer was taken in whole, whether the caller goes on or asks for others."""
        for some in _portions(lines):
            yield from self._answers(some)

    def _answers(self, lines: Sequence[bytes]) -> list[bytes | None]:
        """Raises GitError where git does not answer (69), where it ends, or cannot read an object (74)."""
        process = self._process
        assert process.stdin is not None
        try:
            process.stdin.write(b"".join(lines))
            process.stdin.flush()
            found = [content for _, content in zip(lines, _contents(self._answer), strict=False)]
        except BrokenPipeError:
            found = []
        except TimeoutError as slow:
            raise self._git._endless("cat-file") from slow
        told = self._newly_said()
        for content in found:
            self._git.refuse_unopened(content, told)
        if len(found) < len(lines):
            raise self._git.cut_short(told)
        return found

    def _newly_said(self) -> str:
        told = _all_of(self._said)
        new, self._heard = told[self._heard :], len(told)
        return new


class _Awaited(io.RawIOBase):
    """What git writes into a pipe; TimeoutError where it writes nothing for long: no thread watches each answer.

    Failure where it waits itself, at a pipe that lies in a file's place.
    """

    def __init__(self, pipe: int, directory: Path) -> None:
        self._pipe = pipe
        self._directory = directory
        self._ready = select.poll()
        self._ready.register(pipe, select.POLLIN)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        if not self._ready.poll(min(FIRST_LOOK, LOCAL_SECONDS) * 1000):
            if found := pipe_in_the_way(self._directory):
                raise found
            if not self._ready.poll(LOCAL_SECONDS * 1000):
                raise TimeoutError
        return os.readv(self._pipe, [buffer])


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()  # it only reads, and may hold what could not be written to it
    process.communicate()


def _portions(lines: Sequence[bytes]) -> Iterator[list[bytes]]:
    some: list[bytes] = []
    size = 0
    for line in lines:
        if some and size + len(line) > _ASKED_AT_ONCE:
            yield some
            some, size = [], 0
        some.append(line)
        size += len(line)
    if some:
        yield some


def _all_of(file: IO[bytes]) -> str:
    # git, which has the file open, goes on where it stands: nobody may move that
    return os.pread(file.fileno(), 1 << 16, 0).decode(errors="replace").strip()


def _contents(output: IO[bytes]) -> Iterator[bytes | None]:
    """Each object that `cat-file --batch` writes: a line that ends with its size, its bytes, a line break.

    What it began to write when it died is none.
    """
    while (header := output.readline()).endswith(b"\n"):
        if header.endswith((b" missing\n", b" ambiguous\n")):
            yield None
        else:
            size = int(header.rsplit(b" ", 1)[1])
            content = output.read(size + 1)
            if len(content) <= size:
                return
            yield content[:size]
