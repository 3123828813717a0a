"""Finds the pipe that Git waits at: it opens what lies in its folders, whatever that is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.regex import regex
from mlops_spec.system.regular import special

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FIRST_LOOK = 1.0  # seconds; what ends sooner, as nearly all does, is not looked at
_ANYWHERE = frozenset({".gitignore", ".gitattributes", ".gitmodules", ".mailmap"})  # which Git reads in each folder
_URL = regex(r"(?m)^\s*(?:url|pushurl)\s*=\s*(\S+)")
_OF_THE_USER = (".gitconfig", ".config/git/config", ".config/git/ignore", ".config/git/attributes")


def pipe_in_the_way(directory: Path) -> Failure | None:
    """What to raise (78) where a pipe or a device lies in place of what Git reads for this folder."""
    found = next((path for path in _read_by_git(directory.absolute()) if special(path)), None)
    if found is None:
        return None
    return Failure(
        f"{found} is a pipe or a device, not a file: git would wait for it for ever",
        exit_code=Exit.CONFIG,
        remedy="Put the file back in its place, or remove it.",
    )


def _read_by_git(here: Path) -> Iterator[str]:
    home = os.environ.get("HOME")
    yield from (f"{home}/{name}" for name in _OF_THE_USER if home)
    root = next((each for each in (here, *here.parents) if os.path.lexists(each / ".git")), None)
    if root is None:
        yield from _own(here) if (here / "objects").is_dir() else ()  # one without a work tree, or none at all
        return
    yield from _own(root / ".git")
    for folder, inner, names in os.walk(root):
        inner[:] = [name for name in inner if name != ".git"]
        yield from (os.path.join(folder, name) for name in _ANYWHERE.intersection(names))  # noqa: PTH118 - of many


def _own(folder: Path) -> Iterator[str]:
    """What is Git's alone: of a linked work tree in two other folders, and of a remote that is a folder in that."""
    yield str(folder)
    if folder.is_file():
        folder = folder.parent / _text(folder).partition("gitdir:")[2].strip()
    yield from _all_below(folder)
    if (shared := folder / "commondir").is_file():
        folder = folder / _text(shared).strip()
        yield from _all_below(folder)
    if (settings := folder / "config").is_file():
        for remote in _URL.findall(_text(settings)):
            base = folder.parent if folder.name == ".git" else folder
            yield from _all_below(base / remote.removeprefix("file://"))


def _text(file: Path) -> str:
    """What it says; nothing where it can't be read, which Git says itself: this looks on while Git runs."""
    try:
        return file.read_text(errors="replace")
    except OSError:
        return ""


def _all_below(folder: Path) -> Iterator[str]:
    """All files; none of what is no folder, as the URL of a remote is."""
    for within, _, names in os.walk(folder):
        yield from (os.path.join(within, name) for name in names)  # noqa: PTH118 - of many
