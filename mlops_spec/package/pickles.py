"""The check whether a file is a pickle, by what it holds and not by what it is called.

Compressed ones and those inside a zip archive or a NumPy array count as well. Nothing is ever built from them.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickletools
import warnings
import zipfile
import zlib
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SUFFIXES = (".pkl", ".pickle", ".joblib", ".dill", ".cloudpickle", ".pt", ".pth", ".ckpt", ".bin", ".sav")
_OPENINGS = tuple(b"\x80" + bytes([protocol]) for protocol in range(2, 6))
_LZ4 = b"\x04\x22\x4d\x18"
_NUMPY = b"\x93NUMPY"
_OPENING = 6  # bytes
_HEADER = 2**16  # a NumPy header is far shorter
_MOST_UNPACKED = 2**26  # bytes of what is compressed
_PART = 2**16
_UNREAD = frozenset({"GLOBAL"})  # what may still come is taken for what imports
_MOST_COMMANDS = 10**6  # no other file begins with as many, one right behind the other


class _Unpacking(Protocol):
    def read1(self, size: int, /) -> bytes: ...


_COMPRESSED: tuple[tuple[bytes, Callable[[IO[bytes]], _Unpacking]], ...] = (
    (b"\x1f\x8b", lambda stream: gzip.GzipFile(fileobj=stream)),
    (b"\x78", lambda stream: io.BytesIO(zlib.decompressobj().decompress(stream.read(_MOST_UNPACKED), _MOST_UNPACKED))),
    (b"BZh", bz2.BZ2File),
    (b"\xfd7zXZ", lzma.LZMAFile),
    (b"\x5d\x00\x00", lzma.LZMAFile),
)


def is_pickle(path: Path) -> bool:
    """Whether reading a file might run code that it names."""
    if path.suffix.lower() in SUFFIXES:
        return True
    if path.suffix != ".skops" and zipfile.is_zipfile(path):
        return _archive_holds_one(path)
    with path.open("rb") as stream:
        return _holds_one(stream)


def imports(path: Path) -> bool:
    """Whether a file is called a pickle, opens as one, or is an old one that names something to import.

    The cheaper question, asked of a package at every load: text such as `0.5` is an old pickle too, of no harm.
    """
    if path.suffix.lower() in SUFFIXES:
        return True
    with path.open("rb") as stream:
        opening = stream.read(_OPENING)
        return opening.startswith((*_OPENINGS, _LZ4)) or not {"GLOBAL", "INST"}.isdisjoint(_commands(stream))


def _archive_holds_one(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            with archive.open(name) as stream:
                if name.lower().endswith(SUFFIXES) or _holds_one(stream):
                    return True
    return False


def _holds_one(stream: IO[bytes], *, cut: bool = False) -> bool:
    """`cut`: only the beginning is at hand, and what may be that of an old pickle is taken for one."""
    opening = stream.read(_OPENING)
    if opening.startswith((*_OPENINGS, _LZ4)):
        return True
    if opening == _NUMPY:
        return b"|O" in stream.read(_HEADER).partition(b"\n")[0]
    return not _commands(stream, cut=cut) <= {"STOP"} or _compressed_one(opening, stream)


def _commands(stream: IO[bytes], *, cut: bool = False) -> set[str]:
    """The commands of an old pickle: protocols 0 and 1 have no opening of their own.

    It is one when all of it is commands, to the last, however long; of anything else there are none.
    """
    stream.seek(0)
    found = set()
    with warnings.catch_warnings(), suppress(ValueError, UnicodeDecodeError, OverflowError, IndexError):
        warnings.simplefilter("ignore")  # of an escape in what is no pickle
        for number, (opcode, _, _) in enumerate(pickletools.genops(stream)):
            found.add(opcode.name)
            if opcode.name == "STOP":
                return found
            if number > _MOST_COMMANDS:
                return found | _UNREAD  # nobody reads on to see whether it comes
    return found | _UNREAD if cut and found and not stream.read(1) else set()


def _compressed_one(opening: bytes, stream: IO[bytes]) -> bool:
    for magic, opened in _COMPRESSED:
        if opening.startswith(magic):
            stream.seek(0)
            content, cut = _unpacked(opened, stream)
            return _holds_one(io.BytesIO(content), cut=cut)
    return False


def _unpacked(opened: Callable[[IO[bytes]], _Unpacking], stream: IO[bytes]) -> tuple[bytes, bool]:
    """What whoever reads it gets first, of all members one behind the other; and whether that may not be all."""
    found = bytearray()
    try:
        file = opened(stream)
        while part := file.read1(_PART):
            found += part
            if len(found) >= _MOST_UNPACKED:
                return bytes(found), True
    except (OSError, EOFError, lzma.LZMAError, zlib.error):  # one that reads it along has had what came before
        return bytes(found), True
    return bytes(found), False
