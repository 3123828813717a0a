"""The fast path of `lint FILE...` for hooks: no option parser, and an answer at once when all files are clean."""
# Paths are text here: importing pathlib takes longer than all that is done.
# ruff: noqa: PTH100, PTH109, PTH118, PTH120, PTH123

from __future__ import annotations

import os

from mlops_spec.lint import cache
from mlops_spec.platforms.github.variables import in_actions


def plain_files(arguments: list[str]) -> list[str]:
    """The files of a command line that names `lint` and files and nothing else; none of any other."""
    command, *files = arguments or [""]
    asks_more = command != "lint" or any(file.startswith("-") or not file.isprintable() for file in files)
    return [] if asks_more else files


def clean(files: list[str]) -> str | None:
    """What the linter says when an entry of the cache shows each file to be without findings.

    Settings can only take findings away, but they may be wrong themselves: where there are any, somebody else reads on.
    """
    if _have_settings({os.getcwd(), *(os.path.dirname(os.path.abspath(name)) for name in files)}):
        return None
    given = cache.state(cache.today())
    rules = 0
    for name in files:
        try:
            with open(name, "rb") as file:
                entry = cache.load(cache.key(file.read(cache.MOST_BYTES), given))
        except OSError:
            return None
        if entry is None or entry.count:
            return None
        rules = entry.rules
    if in_actions(os.environ):
        return ""  # annotations are for findings
    return f"no errors · {rules} rules · {files[0] if len(files) == 1 else f'{len(files)} files'}\n"


def _have_settings(folders: set[str]) -> bool:
    """Whether a `pyproject.toml` in one of the folders, or above one in its checkout, may hold our table."""
    seen: set[str] = set()
    for folder in folders:
        while folder not in seen:
            seen.add(folder)
            if _has_settings(folder):
                return True
            if os.path.lexists(os.path.join(folder, ".git")):
                break
            folder = os.path.dirname(folder)  # noqa: PLW2901 - upwards
    return False


def _has_settings(folder: str) -> bool:
    try:
        with open(os.path.join(folder, "pyproject.toml"), "rb") as file:
            return may_set(file.read())
    except FileNotFoundError:
        return False
    except OSError:
        return True


def may_set(content: bytes) -> bool:
    """Whether a `pyproject.toml` may hold our table, however it is written; else it names us as a package at most."""
    behind = (part.lstrip(b"'\" \t") for part in content.split(b"mlops-spec")[1:])
    return any(rest[:1] in {b".", b"]"} or (rest[:1] == b"=" and rest[1:].lstrip()[:1] == b"{") for rest in behind)
