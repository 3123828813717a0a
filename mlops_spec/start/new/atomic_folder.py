"""A folder that appears whole or not at all: built beside its place, under a temporary name, then renamed."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
from typing import TYPE_CHECKING, NoReturn

from mlops_spec.errors import Exit, Failure
from mlops_spec.regex import regex
from mlops_spec.system.files import alive

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# `.mlops-<process id>-<random>.new`: what a killed process left is known by it, and swept by the next one.
_TEMPORARY = regex(r"^\.mlops-(\d+)-[0-9a-f]{16}\.new$")
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def refuse_taken(place: Path) -> None:
    """Raises Failure unless `place` is an empty folder, or nothing in a folder that exists."""
    if not place.parent.is_dir():
        raise Failure(f"there is no folder {place.parent}", remedy=f"mkdir -p {place.parent}")
    if place.is_symlink() or (place.exists() and not place.is_dir()):
        raise Failure(f"{place} is there already, and not a folder", remedy="choose another place")
    if place.is_dir() and any(place.iterdir()):
        raise Failure(f"{place} is not empty", remedy="choose another place, or move away what is there")


@contextlib.contextmanager
def built(place: Path) -> Iterator[Path]:
    """Gives a folder to build in; it becomes `place` when the block ends, and is removed when the block is left early.

    Leaving early is an exception, Ctrl-C, SIGTERM or SIGHUP. After a SIGKILL the temporary folder stays until the next
    call for a place in the same parent.

    Raises:
        Failure: the place is taken, or the disk refuses (exit 78).
    """
    refuse_taken(place)
    with beside(place) as temporary:
        yield temporary
        temporary.rename(place)  # an empty folder is replaced; one that was filled meanwhile refuses


@contextlib.contextmanager
def beside(place: Path) -> Iterator[Path]:
    """Gives a temporary folder next to a place, which is gone when the block ends, whichever way; see `built`.

    Raises:
        Failure: the disk refuses (exit 78).
    """
    _sweep(place.parent)
    temporary = place.with_name(f".mlops-{os.getpid()}-{secrets.token_hex(8)}.new")
    with _signals_raise():
        try:
            temporary.mkdir()
            yield temporary
        except OSError as refused:
            raise Failure(f"{place}: {refused.strerror or refused}", exit_code=Exit.CONFIG) from refused
        finally:
            _remove(temporary)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Lets the signals that end a process wait until the block has."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _sweep(parent: Path) -> None:
    for path in parent.iterdir():
        match = _TEMPORARY.match(path.name)
        if match and not alive(int(match[1])):
            _remove(path)


def _remove(folder: Path) -> None:
    if folder.is_dir():
        shutil.rmtree(folder)


@contextlib.contextmanager
def _signals_raise() -> Iterator[None]:
    """Turns the signals that end a process into an exception, once: the clean-up that it starts is not disturbed."""

    def unwind(number: int, _frame: object) -> NoReturn:
        for each in _SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise SystemExit(128 + number)

    before = {each: signal.signal(each, unwind) for each in _SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
