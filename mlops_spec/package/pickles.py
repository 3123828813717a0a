"""The commands of a pickle: whether a stream is one, by what it holds and not by what it is called.

Nothing is ever built from it.
"""

from __future__ import annotations

import os
import pickletools
import warnings
from contextlib import suppress
from typing import IO, cast

SUFFIXES = (".pkl", ".pickle", ".joblib", ".dill", ".cloudpickle", ".pt", ".pth", ".ckpt", ".bin", ".sav")
OPENINGS = (*(b"\x80" + bytes([protocol]) for protocol in range(2, 6)), b"ZF0x")  # the last of joblib before 0.10
_IMPORTING = frozenset({"GLOBAL", "INST", "STACK_GLOBAL", "EXT1", "EXT2", "EXT4"})
_UNREAD = frozenset({"GLOBAL"})  # what may still come is taken for what imports
_LONGEST = 2**28  # bytes of one argument
_MOST_COMMANDS = 10**6  # no other file begins with as many, one right behind the other


def is_old_pickle(stream: IO[bytes], *, cut: bool = False, importing: bool = False) -> bool:
    """Whether all of a stream is commands of a pickle without an opening, as those of protocol 0 and 1 are.

    Args:
        stream: looked at from its start.
        cut: only the beginning is at hand, and what may be that of such a pickle is taken for one.
        importing: whether only one counts that names something to import; text such as `0.5` is one of no harm.
    """
    found = _commands(stream, cut=cut)
    return not _IMPORTING.isdisjoint(found) if importing else not found <= {"STOP"}


def _commands(stream: IO[bytes], *, cut: bool) -> set[str]:
    """It is one when all of it is commands, to the last, however long; of anything else there are none."""
    found = set()
    with warnings.catch_warnings(), suppress(ValueError, UnicodeDecodeError, OverflowError, IndexError):
        warnings.simplefilter("ignore")  # of an escape in what is no pickle
        try:
            for number, (opcode, _, _) in enumerate(pickletools.genops(cast("IO[bytes]", _Bounded(stream)))):
                found.add(opcode.name)
                if opcode.name == "STOP":
                    return found
                if number > _MOST_COMMANDS:
                    raise _TooLongError  # nobody reads on to see whether it comes
        except _TooLongError:
            return found | _UNREAD
    return found | _UNREAD if cut and found and not stream.read(1) else set()


class _TooLongError(Exception):
    """More than is looked at."""


class _Bounded:
    """A stream of which no more is asked for than there is: what is no pickle may tell of any length."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._size = stream.seek(0, os.SEEK_END)
        stream.seek(0)

    def tell(self) -> int:
        return self._stream.tell()

    def read(self, size: int) -> bytes:
        if size > self._size - self._stream.tell():
            self._stream.seek(0, os.SEEK_END)
            return b""
        if size > _LONGEST:
            raise _TooLongError
        return self._stream.read(size)

    def readline(self) -> bytes:
        line = self._stream.readline(_LONGEST)
        if len(line) == _LONGEST:
            raise _TooLongError
        return line
