"""Files given as rows that are of another format: told by their first bytes, with how to make rows of them."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from pathlib import Path

_HEAD = 4096
_CHUNK = 2**24
_EXPORT = "Export it as CSV in UTF-8, or as Parquet."
# By their first bytes: what it is, and what helps.
_KINDS = (
    (b"version https://git-lfs.github.com/spec", "a pointer of Git LFS, not the data", "`git lfs pull` fetches it."),
    (b"PAR1", "a Parquet file", "Give it the suffix .parquet."),
    (b"ARROW1", "an Arrow file", "Write it as Parquet."),
    (b"\x1f\x8b", "compressed by gzip", "Unpack it."),
    (b"BZh", "compressed by bzip2", "Unpack it."),
    (b"\x28\xb5\x2f\xfd", "compressed by Zstandard", "Unpack it."),
    (b"\xfd7zXZ", "compressed by xz", "Unpack it."),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", _EXPORT),
    (b"%PDF", "a PDF document", _EXPORT),
    (b"SQLite format 3\0", "an SQLite database", _EXPORT),
    (b"\x89HDF", "an HDF5 file", _EXPORT),
    (b"\xff\xfe", "UTF-16", "`iconv -f UTF-16 -t UTF-8` converts it."),
    (b"\xfe\xff", "UTF-16", "`iconv -f UTF-16 -t UTF-8` converts it."),
)
_PAGES = (b"<!doctype", b"<html", b"<?xml", b"<head", b"<body")


@dataclass(frozen=True)
class Text:
    """What a pass over a text file's bytes counted."""

    quotes: int
    ends_with_line: bool
    has_hexadecimals: bool


def check_kind(path: Path) -> None:
    """Raises Failure for a file that is empty, or of a kind that can't be rows of CSV or of Parquet, by its suffix."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        raise Failure(f"{path} is empty", exit_code=Exit.FINDINGS)
    parquet = path.suffix == ".parquet"
    for magic, what, remedy in _KINDS:
        if head.startswith(magic) and not (parquet and magic == b"PAR1"):
            _refuse(path, what, remedy)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"PK\x03\x04"):
        _refuse(path, "an Excel workbook" if b"xl/" in head or b"[Content_Types]" in head else "a ZIP archive", _EXPORT)
    if start.lower().startswith(_PAGES):
        _refuse(path, "a page of HTML or XML, not the data", "Perhaps a server answered with a page: fetch it again.")
    if not parquet and start.startswith((b"{", b"[")) and b'":' in start:
        _refuse(path, "JSON", _EXPORT)


def read_through(path: Path) -> Text:
    """Reads a text file once; raises Failure with line and column of the first byte that is not UTF-8, or is NUL."""
    decoder, quotes, hexadecimals, place, last = codecs.getincrementaldecoder("utf-8")(), 0, False, 0, b""
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                _refuse_byte(path, place - len(error.object) + len(chunk) + error.start, error)
            if (nul := chunk.find(b"\0")) >= 0:
                _refuse_byte(path, place + nul, None)
            quotes, last = quotes + chunk.count(b'"'), chunk[-1:]
            hexadecimals = hexadecimals or any(_holds_hexadecimal(chunk, digit) for digit in (b"x", b"X"))
            place += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        _refuse_byte(path, place - len(error.object) + error.start, error)
    return Text(quotes, last in (b"\n", b"\r"), hexadecimals)


def _holds_hexadecimal(chunk: bytes, digit: bytes) -> bool:
    return digit in chunk and b"0" + digit in chunk  # an `x` is rare among numbers, a nought is not


def _refuse_byte(path: Path, offset: int, error: UnicodeDecodeError | None) -> None:
    with path.open("rb") as stream:
        before = stream.read(offset)
        byte = stream.read(1)
    line = before.count(b"\n") + 1
    column = len(before[before.rfind(b"\n") + 1 :].decode(errors="replace")) + 1
    if error is None:
        raise Failure(f"{path}:{line}:{column} is a NUL byte: this is no text", exit_code=Exit.FINDINGS, remedy=_EXPORT)
    shown = byte.decode("cp1252", errors="replace")
    raise Failure(
        f"{path}:{line}:{column} is not UTF-8: byte {byte[0]:#04x}, which is `{shown}` in Windows-1252",
        exit_code=Exit.FINDINGS,
        remedy="`iconv -f WINDOWS-1252 -t UTF-8` converts it, if that is what it is.",
    )


def _refuse(path: Path, what: str, remedy: str) -> None:
    kind = "Parquet" if path.suffix == ".parquet" else "CSV"
    raise Failure(f"{path} is no {kind} file: it is {what}", exit_code=Exit.FINDINGS, remedy=remedy)
