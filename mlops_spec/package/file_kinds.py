"""What a file is, told by its bytes: the kinds that `data.files.kinds` may name, and what of a whole one is missing."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from mlops_spec.package import npy_header

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_TAIL = 1024  # bytes at the end of a PDF in which its last line stands


def problem(content: bytes, kinds: Iterable[str]) -> str:
    """What is wrong with a file's bytes, where they are to be of one of some kinds; empty where nothing is."""
    wanted = tuple(kinds)
    if not content:
        return "is empty"
    if "any" in wanted:
        return ""
    found = kind_of(content)
    if found in wanted:
        return _WHOLE[found](content)
    if "text" in wanted and found not in _MAGIC:
        return _text(content)
    return f"is {found or 'of no known kind'}, not {' or '.join(wanted)}"


def kind_of(content: bytes) -> str:
    """The kind by the first bytes; empty for text and for what is not known."""
    return next((kind for kind, is_it in _MAGIC.items() if is_it(content)), "")


def _png(content: bytes) -> str:
    """Chunk by chunk (PNG specification, 5.3): length, type, data, CRC; the last is IEND."""
    place = 8
    while place + 12 <= len(content):
        size = struct.unpack_from(">I", content, place)[0]
        end = place + 12 + size
        if end > len(content):
            break
        (crc,) = struct.unpack_from(">I", content, end - 4)
        if zlib.crc32(memoryview(content)[place + 4 : end - 4]) != crc:
            return f"is damaged: a check sum at byte {place:,} is wrong"
        if content[place + 4 : place + 8] == b"IEND":
            return ""
        place = end
    return "is truncated"


def _jpeg(content: bytes) -> str:
    return "" if content.rstrip(b"\0").endswith(b"\xff\xd9") else "is truncated"


def _gif(content: bytes) -> str:
    return "" if content.rstrip(b"\0").endswith(b";") else "is truncated"


def _riff(content: bytes) -> str:
    return _long_enough(content, 8 + struct.unpack_from("<I", content, 4)[0])


def _bmp(content: bytes) -> str:
    return _long_enough(content, struct.unpack_from("<I", content, 2)[0]) if len(content) >= 6 else "is truncated"


def _npy(content: bytes) -> str:
    """NEP 1: magic, version, length of a header that ends with a line break, and then the values."""
    if len(content) < 12:
        return "is truncated"
    wide = content[6] > 1
    size: int = struct.unpack_from("<I" if wide else "<H", content, 8)[0]
    start = (12 if wide else 10) + size
    if start >= len(content) or content[start - 1 : start] != b"\n":
        return "is truncated"
    return "holds a pickle" if npy_header.holds_objects(content[:start]) else ""


def _pdf(content: bytes) -> str:
    return "" if b"%%EOF" in content[-_TAIL:] else "is truncated"


def _text(content: bytes) -> str:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"is not UTF-8 at byte {error.start:,}"
    nul = content.find(b"\0")
    return "" if nul < 0 else f"is no text: byte {nul:,} is NUL"


def _long_enough(content: bytes, size: int) -> str:
    return "" if len(content) >= size else "is truncated"


_MAGIC: dict[str, Callable[[bytes], bool]] = {
    "png": lambda content: content.startswith(b"\x89PNG\r\n\x1a\n"),
    "jpeg": lambda content: content.startswith(b"\xff\xd8\xff"),
    "gif": lambda content: content.startswith((b"GIF87a", b"GIF89a")),
    "webp": lambda content: content.startswith(b"RIFF") and content[8:12] == b"WEBP",
    "bmp": lambda content: content.startswith(b"BM") and content[6:10] == b"\0\0\0\0",
    "wav": lambda content: content.startswith(b"RIFF") and content[8:12] == b"WAVE",
    "npy": lambda content: content.startswith(b"\x93NUMPY"),
    "pdf": lambda content: content.startswith(b"%PDF-"),
    "zip": lambda content: content.startswith(b"PK\x03\x04"),
    "gzip": lambda content: content.startswith(b"\x1f\x8b"),
    "a pointer of Git LFS": lambda content: content.startswith(b"version https://git-lfs.github.com/spec"),
    "a page of HTML": lambda content: content[:64].lstrip().lower().startswith((b"<!doctype html", b"<html")),
}
_WHOLE: dict[str, Callable[[bytes], str]] = {
    "png": _png,
    "jpeg": _jpeg,
    "gif": _gif,
    "webp": _riff,
    "bmp": _bmp,
    "wav": _riff,
    "npy": _npy,
    "pdf": _pdf,
}
