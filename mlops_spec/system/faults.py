"""Faults of the machine, which are no bugs of ours: a full or broken disk, too few descriptors, too little memory."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROOM = "free some room there (`df`, `df -i`), then run the same command again"
_REMEDIES = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: "free some of your quota there, then run the same command again",
    errno.EFBIG: "raise the limit on a file's size (`ulimit -f`), then run the same command again",
    errno.EIO: "the disk or its connection is broken: see `dmesg`, then run the same command again",
    errno.EROFS: "mount it writable, or work in another folder",
    errno.EMFILE: "raise the limit on open files (`ulimit -n`), then run the same command again",
    errno.ENFILE: "close other programs: the whole machine has too many open files",
    errno.ENOMEM: "free some memory, then run the same command again",
    errno.ENAMETOOLONG: "take a shorter one: most disks take 255 bytes for a name, and 4,095 for a path",
    errno.EACCES: "give this user the right, or work in another folder",
    errno.EPERM: "give this user the right, or work in another folder",
}
_OF_MEMORY = ("MemoryError", "failed to map segment", "can't start new thread")  # as Python and the loader say it
_OF_ROOM = {errno.ENOSPC, errno.EDQUOT}
_LITTLE = 2**20  # bytes
_EXITS = {errno.EACCES: Exit.CONFIG, errno.EPERM: Exit.CONFIG, errno.ENAMETOOLONG: Exit.USAGE}  # of others: IO
_SHOWN = 200  # characters of a path
# As programs say it that we start: the C library's words, which are English there (LC_ALL=C).
_SAID = {os.strerror(each): remedy for each, remedy in _REMEDIES.items() if each not in _EXITS}


def fault(error: OSError | MemoryError) -> Failure:
    """What the user reads of it: the path, what is wrong there and what helps."""
    if isinstance(error, MemoryError):
        return Failure("there is too little memory", exit_code=Exit.IO, remedy="give it more, or fewer rows")
    if isinstance(error, ConnectionError | TimeoutError):
        return Failure(f"the connection broke: {error}", exit_code=Exit.UNAVAILABLE, remedy="try again")
    places = [os.fsdecode(each) for each in (error.filename, error.filename2) if isinstance(each, str | bytes)]
    places = places or (_full() if error.errno in _OF_ROOM else [])
    said = error.strerror or str(error) or type(error).__name__
    return Failure(
        ": ".join([" → ".join(map(_shown, places)), said] if places else [said]),
        exit_code=_EXITS.get(error.errno or 0, Exit.IO),
        remedy=_REMEDIES.get(error.errno or 0, ""),
    )


def starved(error: Exception) -> Failure | None:
    """The fault beneath a library that could not be loaded, or a thread not started; None for any other error."""
    helps = told_of(str(error)) if isinstance(error, ImportError | RuntimeError) else ""
    return Failure(str(error), exit_code=Exit.IO, remedy=helps) if helps else None


def circular(error: Exception) -> Failure | None:
    """The link that leads back to itself, as `Path.resolve` says it before Python 3.13; None for any other error."""
    if not isinstance(error, RuntimeError) or not str(error).startswith("Symlink loop from "):
        return None
    said = f"{str(error).removeprefix('Symlink loop from ')} is a link that leads back to itself"
    return Failure(said, exit_code=Exit.CONFIG, remedy="Put the file or folder itself in its place.")


def no_text(error: Exception, arguments: Sequence[str]) -> Failure | None:
    """The argument that is no UTF-8, where an error comes of that; None for any other error."""
    wrong = next((each for each in arguments if not _is_text(each)), None)
    if wrong is None or not isinstance(error, UnicodeError):
        return None
    said = f"{ascii(wrong)[1:-1]}: this argument is no text in UTF-8"
    return Failure(said, exit_code=Exit.USAGE, remedy="Write it in UTF-8, or name the file otherwise.")


def _is_text(argument: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in argument)


def beneath(failure: Failure) -> Failure:
    """The failure, as the machine's where an error of the machine lies beneath: exit 74, and what helps there."""
    cause = failure.__cause__ or failure.__context__
    if not isinstance(cause, OSError) or cause.errno not in _REMEDIES:
        failure.remedy = failure.remedy or (told_of(failure.message) if failure.exit_code == Exit.IO else "")
        return failure
    helps = _REMEDIES[cause.errno]
    if cause.errno in _EXITS:
        return Failure(failure.message, exit_code=failure.exit_code, remedy=failure.remedy or helps)
    return Failure(failure.message, exit_code=Exit.IO, remedy=helps)


def unanswered(failure: Failure) -> bool:
    """Whether it tells that nobody could look, which is no answer to whoever takes a failure for one."""
    return beneath(failure).exit_code in {Exit.IO, Exit.UNAVAILABLE}


def _shown(place: str) -> str:
    return place if len(place) <= _SHOWN else f"{place[: _SHOWN // 2]}…{place[-_SHOWN // 2 :]}"


def _full() -> list[str]:
    """A write names no path: of the folders that a command writes to, those that have no room left."""
    # without tempfile and pathlib: each process would load them, and a fault may leave no descriptor to do it by
    folders = dict.fromkeys([os.curdir, os.environ.get("TMPDIR") or "/tmp"])  # noqa: S108 - only looked at
    return [os.path.realpath(folder) for folder in folders if _left(folder) < _LITTLE][:1]


def _left(folder: str) -> int:
    try:
        found = os.statvfs(folder)
    except OSError:
        return _LITTLE
    return found.f_bavail * found.f_frsize if found.f_favail or not found.f_files else 0


def told_of(said: str) -> str:
    """What helps where a program that we started ended by such a fault, by its last words; else nothing."""
    if any(words in said for words in _OF_MEMORY):
        return _REMEDIES[errno.ENOMEM]
    return next((remedy for words, remedy in _SAID.items() if words in said), "")
