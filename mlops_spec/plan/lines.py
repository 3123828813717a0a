"""The number of changed lines by file since a commit, as Git counts them."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.git import Git


class Changed(NamedTuple):
    """A file with its lines that came and went; None for a binary one."""

    path: str
    added: int | None
    removed: int | None


def changed_lines(git: Git, commit: str, path: str) -> Iterator[Changed]:
    """The files at and below `path` that differ from the commit's, those included that Git doesn't track yet."""
    # `--no-ext-diff` and `--no-textconv`: programs that the repository's attributes may name stay out of it
    numstat = (
        "diff",
        "--numstat",
        "-z",
        "--no-renames",
        "--no-ext-diff",
        "--no-textconv",
        commit,
        "--",
        path,
    )
    for line in filter(None, _text(git, *numstat).split("\0")):
        added, removed, name = line.split("\t", 2)
        yield Changed(posixpath.relpath(name, git.folder), _count(added), _count(removed))
    for name in filter(None, _text(git, "ls-files", "-z", "--others", "--exclude-standard", "--", path).split("\0")):
        content = (git.directory / name).read_bytes()
        yield Changed(name, None if b"\0" in content else len(content.splitlines()), 0)


def _text(git: Git, *args: str) -> str:
    return git.run(*args).decode(errors="replace")


def _count(number: str) -> int | None:
    return None if number == "-" else int(number)
