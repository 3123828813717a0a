"""The content of a compressed file, as whoever reads it along gets it."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from typing import IO, TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

MOST = 2**26  # bytes that are unpacked
_PART = 2**16


class Unpacked(NamedTuple):
    """The first bytes, and whether there may be more."""

    content: bytes
    cut: bool


class _Unpacking(Protocol):
    def read1(self, size: int, /) -> bytes: ...


_BY_OPENING: tuple[tuple[bytes, Callable[[IO[bytes]], _Unpacking]], ...] = (
    (b"\x1f\x8b", lambda stream: gzip.GzipFile(fileobj=stream)),
    (b"BZh", bz2.BZ2File),
    (b"\xfd7zXZ", lzma.LZMAFile),
    (b"\x5d\x00\x00", lzma.LZMAFile),
)
_ZLIB_AS_USUAL = b"\x78"


def unpacked(opening: bytes, stream: IO[bytes]) -> Unpacked | None:
    """What a compressed stream holds, of all members one behind the other; None for one that is not compressed."""
    for magic, opened in _BY_OPENING:
        if opening.startswith(magic):
            stream.seek(0)
            return _read(opened, stream)
    return _of_zlib(opening, stream)


def _read(opened: Callable[[IO[bytes]], _Unpacking], stream: IO[bytes]) -> Unpacked:
    found = bytearray()
    try:
        file = opened(stream)
        while part := file.read1(_PART):
            found += part
            if len(found) >= MOST:
                return Unpacked(bytes(found), True)
    except (OSError, EOFError, lzma.LZMAError, zlib.error):  # one that reads it along has had what came before
        return Unpacked(bytes(found), True)
    return Unpacked(bytes(found), False)


def _of_zlib(opening: bytes, stream: IO[bytes]) -> Unpacked | None:
    """Any window has a header (RFC 1950, 2.2), which other bytes look like too: such count if they are whole."""
    method, checked = int.from_bytes(opening[:1]), int.from_bytes(opening[:2])
    if len(opening) < 2 or method & 15 != 8 or method > int.from_bytes(_ZLIB_AS_USUAL) or checked % 31:
        return None
    stream.seek(0)
    reader = zlib.decompressobj()
    found = _read(lambda source: io.BytesIO(reader.decompress(source.read(MOST), MOST)), stream)
    whole = reader.eof or len(found.content) >= MOST
    return Unpacked(found.content, not reader.eof) if whole or opening.startswith(_ZLIB_AS_USUAL) else None
