"""Values that git answers and takes, and the errors that it raises."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mlops_spec.errors import Exit, Failure
from mlops_spec.regex import regex
from mlops_spec.system.faults import told_of

# What Git says of a disk that is full or broken where it keeps the reason to itself.
_OF_THE_DISK = regex(
    r"unable to (?:add|create|migrate|write)|couldn't (?:set|write)|object [0-9a-f]+ is unavailable"
    r"|unknown error occurred while reading|not a tree object|unable to read",
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
