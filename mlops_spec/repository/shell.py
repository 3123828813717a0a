"""The words of a shell command, and the commands and paths among them."""

from __future__ import annotations

import posixpath
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SETTINGS = (".yaml", ".yml", ".toml", ".ini", ".cfg", ".json")
_RESULTS = ("out", "output", "save", "metrics", "log", "dest", "report", "result", "write", "export")


def paths_named(line: tuple[str, ...], folder: str) -> Iterable[str]:
    """The paths among the words of a command, but for those that an option calls its result."""
    before = ""
    for word in line:
        option, equals, value = word.partition("=")
        name = option if equals and option.startswith("-") else before
        path = value if equals and option.startswith("-") else word
        before = word if word.startswith("-") and not equals else ""
        settings = path.endswith(SETTINGS)
        if settings and any(part in _RESULTS for part in name.strip("-").replace("_", "-").split("-")):
            continue
        if settings and path.endswith(".json") and not name:
            continue  # more often what a script writes than what it reads
        if within := inside(folder, path):
            yield within


def inside(folder: str, path: str) -> str:
    """The path from the repository's root; empty where it leads out of it."""
    if not path or path.startswith(("/", "-")) or "\0" in path:
        return ""
    whole = posixpath.normpath(posixpath.join(folder, path))
    return "" if whole == ".." or whole.startswith("../") or whole == "." else whole


def commands(line: str) -> Iterator[tuple[str, ...]]:
    """The words of each command that a line of a shell joins."""
    here: list[str] = []
    for word in (*_words(line), ";"):
        if set(word) <= {*";&|"}:
            yield from [tuple(here)] if here else []
            here = []
        else:
            here.append(word)


def _words(line: str) -> tuple[str, ...]:
    try:
        parts = shlex.shlex(line, posix=True, punctuation_chars=";&|")
        parts.whitespace_split = True
        return tuple(parts)
    except ValueError:
        return tuple(line.split())
