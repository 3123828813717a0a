"""Kinds of files that are code, or from which their readers build some: told by their name or their first bytes."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

OPENING = 512  # bytes, by which a kind is told
_HDF5 = b"\x89HDF\r\n\x1a\n"
_R = "is a file of R's, whose promises run when it is read"
_KERAS = "is HDF5 or Keras, whose layers can be code, and nobody here reads what it holds"
_CODE = "is code, which belongs into `src`, where it is reviewed"
_MACHINE = "is machine code"
_UNKNOWN = "is packed in a way that nobody here unpacks, so what it holds was not looked at"
_BY_NAME = {
    _CODE: (".py", ".pyc", ".pyd", ".pyo", ".pyz", ".whl", ".egg", ".jar", ".class", ".sh"),
    _MACHINE: (".so", ".dll", ".dylib", ".exe"),
    _KERAS: (".h5", ".hdf5", ".keras"),
    _R: (".rds", ".rda", ".rdata"),
}


def by_name(name: str) -> str:
    """What is wrong with a file of this name; else nothing."""
    return next((said for said, suffixes in _BY_NAME.items() if name.lower().endswith(suffixes)), "")


def by_opening(opening: bytes) -> str:
    """What is wrong with a file that begins so; else nothing. `opening`: its first 512 bytes, or all it has."""
    return next((said for said, is_it in _BY_OPENING if is_it(opening)), "")


def behind(stream: IO[bytes]) -> str:
    """What is wrong with a file by what may lie behind its first bytes: HDF5 begins at byte 0, 512, 1024, 2048 ...

    Source: HDF5 file format specification, II.A.
    """
    place = OPENING
    while True:
        stream.seek(place)
        found = stream.read(len(_HDF5))
        if found == _HDF5:
            return _KERAS
        if len(found) < len(_HDF5):
            return ""
        place *= 2


def _begins(*magics: bytes) -> Callable[[bytes], bool]:
    return lambda opening: opening.startswith(magics)


def _is_tar(opening: bytes) -> bool:
    """By the check sum of the first header: POSIX.1-1988, `ustar`; the eight bytes of the sum count as spaces."""
    if len(opening) < OPENING:
        return False
    told = opening[148:156].strip(b"\0 ")
    try:
        return int(told, 8) == sum(opening[:148]) + sum(opening[156:OPENING]) + 8 * ord(" ")
    except ValueError:
        return False


def _is_windows(opening: bytes) -> bool:
    """`MZ`, and the place of the header that follows (PE format, 2)."""
    if not opening.startswith(b"MZ") or len(opening) < 64:
        return False
    place = int.from_bytes(opening[60:64], "little")
    return opening[place : place + 4] == b"PE\0\0"


def _is_compiled_python(opening: bytes) -> bool:
    """A magic number of Python 3 (3000 to 3999), and flags (PEP 552)."""
    if len(opening) < 16 or opening[2:4] != b"\r\n":
        return False
    magic, flags = int.from_bytes(opening[:2], "little"), int.from_bytes(opening[4:8], "little")
    return 3000 <= magic < 4000 and flags < 4


_BY_OPENING: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    (_KERAS, _begins(_HDF5)),
    (
        _R,
        _begins(
            *(b"RD%c%d\n" % (form, version) for form in b"XAB" for version in (2, 3)),
            *(b"X\n\0\0\0%c" % version for version in (2, 3)),
            *(b"A\n%d\n" % version for version in (2, 3)),
            *(b"B\n%c\0\0\0" % version for version in (2, 3)),
        ),
    ),
    (_MACHINE, _begins(b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe")),
    (_MACHINE, _is_windows),
    ("is Java's, of classes or objects that run", _begins(b"\xca\xfe\xba\xbe", b"\xac\xed\x00\x05")),
    ("is compiled Python", _is_compiled_python),
    (
        _UNKNOWN,
        _begins(b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf\x27\x1c", b"\x04\x22\x4d\x18", b"\x1f\x9d", b"Rar!\x1a\x07"),
    ),
    ("is a tar archive, and what lies in it was not looked at", _is_tar),
)
