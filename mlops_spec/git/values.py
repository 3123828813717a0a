"""What git answers and takes, as values; and what it raises."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.system.faults import told_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlops_spec.git.local import Local


# What Git says of a disk that is full or broken where it keeps the reason to itself.
_OF_THE_DISK = re.compile(
    r"unable to (?:add|create|migrate|write)|couldn't (?:set|write)|object [0-9a-f]+ is unavailable"
    r"|unknown error occurred while reading",
    re.IGNORECASE,
)
SEE = "see that its disk has room, can be written and is whole (`df`, `git fsck`), then run the same command again"


class GitError(Failure):
    """A git command failed; `stderr` is what it said."""

    def __init__(self, message: str, *, stderr: str = "", exit_code: Exit = Exit.CONFIG, remedy: str = "") -> None:
        of_machine = told_of(stderr) or ("Permission denied" not in stderr and _OF_THE_DISK.search(stderr) and SEE)
        super().__init__(message, exit_code=Exit.IO if of_machine else exit_code, remedy=of_machine or remedy)
        self.stderr = stderr


class Stale(GitError):
    """Somebody else moved the reference first (exit 75): read again, decide again."""


@dataclass(frozen=True)
class Update:
    """One reference in an atomic push: from `old` (None: it must not exist) to `new` (None: delete it)."""

    ref: str
    new: str | None
    old: str | None


@dataclass(frozen=True)
class Tag:
    """A tag: `object` is the tag object's id (the commit's for a lightweight one), `target` the commit's."""

    name: str
    object: str
    target: str


@dataclass(frozen=True)
class Entry:
    """One file of a tree."""

    mode: str
    object: str
    path: str


_ROOT = PurePosixPath()


@dataclass(frozen=True)
class Tree:
    """The files of one commit, or of a folder in it, read without touching the work tree."""

    git: Local
    commit: str
    folder: PurePosixPath = _ROOT

    def at(self, path: str | PurePosixPath) -> str:
        """A path inside the folder as the commit names it."""
        return str(self.folder / path)

    def read(self, path: str | PurePosixPath) -> bytes | None:
        """The file's bytes, or None where there is no such file."""
        return next(self.read_all([path]))

    def read_all(self, paths: Iterable[str | PurePosixPath]) -> Iterator[bytes | None]:
        """The bytes of several files, by one call of git; None for each that is not there."""
        return self.git.read_objects([f"{self.commit}:{self.at(path)}" for path in paths])

    def entries(self, under: str | PurePosixPath = "") -> tuple[Entry, ...]:
        """All files below `under`, by their paths inside the folder."""
        below = self.at(under)
        listed = self.git.run(
            "ls-tree", "--full-tree", "-r", "-z", self.commit, "--", *([f"{below}/"] if below != "." else [])
        )
        parts = (line.split("\t", 1) for line in listed.decode().split("\0") if line)
        start = len(self.at("")) + 1 if self.folder.parts else 0
        return tuple(Entry(meta.split()[0], meta.split()[2], path[start:]) for meta, path in parts)
