"""Where DVC is at home: at a repository's root, for the models of all of its folders."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mlops_spec.engines.dvc.names import FOLDER, STATE
from mlops_spec.repository.root import inside, root_of
from mlops_spec.system.files import followed, make_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_USED = STATE / "used.lock"


def home_of(folder: Path) -> Path:
    """The folder with `.dvc` for a model's: itself, or the root of its repository."""
    return folder if (folder / FOLDER).is_dir() else root_of(folder)


def state_of(folder: Path) -> Path:
    """What this checkout keeps of one model's runs; Git has none of it."""
    home = home_of(folder)
    return home / STATE / inside(folder, home)


@contextmanager
def in_use(home: Path) -> Iterator[int]:
    """While we are within, nobody mends what runs share; gives a descriptor, by which a child keeps it so."""
    with _opened(home) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield descriptor


@contextmanager
def unused(home: Path) -> Iterator[bool]:
    """Whether no other run uses what they share; while we are within, none begins to."""
    with _opened(home) as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def _opened(home: Path) -> Iterator[int]:
    path = home / _USED
    make_folder(followed(path).parent)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
