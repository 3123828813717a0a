"""The agent's folder on a host: whether it is one, whose it is, and which version of us wrote it."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.system.files import write_atomic

if TYPE_CHECKING:
    from pathlib import Path

_FORM = 1  # of all that lies in the folder; raised when an older agent could no longer read it
_FORM_OF_MANY = 2  # with several models, whose packages an older agent would remove as nobody's
_FILE = "form"
_LONGEST = 64  # bytes
_OWN = {_FILE, "agent.json", "agent.lock", "packages", "repository.git"}


def prepared(state: Path) -> Path:
    """The folder, made where it is not there.

    Raises:
        Failure: it is no folder, or not an agent's, belongs to another user, others may write there, or a newer
            version wrote it (78).
        OSError: the disk does not take it.
    """
    if state.exists() and not state.is_dir():
        _refuse(f"{state} is not a folder", "Name a folder of its own with --state.")
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = state.stat()
    if found.st_uid != os.geteuid():
        _refuse(
            f"{state} belongs to user {found.st_uid}, and this is user {os.geteuid()}",
            "Run the agent as that user, or name another folder: who owns it chooses what is served.",
        )
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        _refuse(f"others may write to {state}", f"chmod go-w {state}")
    _check_own(state)
    _check_form(state / _FILE)
    return state


def _check_own(state: Path) -> None:
    """That a folder that is not empty is an agent's; a file system of its own begins with `lost+found`."""
    there = {entry.name for entry in os.scandir(state)} - {"lost+found"}
    if there and not there & _OWN:
        named = ", ".join(sorted(there)[:3])
        _refuse(f"{state} is no agent's folder: it holds {named}", "Name an empty or a new folder with --state.")


def raise_form(state: Path) -> None:
    """Keeps older agents out of a folder that has several models by now."""
    if (state / _FILE).read_text(encoding="utf-8").strip() != str(_FORM_OF_MANY):
        write_atomic(state / _FILE, f"{_FORM_OF_MANY}\n")


def _check_form(file: Path) -> None:
    if not file.exists():
        write_atomic(file, f"{_FORM}\n")
        return
    with file.open("rb") as stream:
        said = stream.read(_LONGEST).decode(errors="replace").strip()
    if not said.isascii() or not said.isdigit() or int(said[:9]) > _FORM_OF_MANY:
        _refuse(f"a newer mlops-spec wrote {file.parent}: its form is {said[:20]!r}", "Update mlops-spec on this host.")


def _refuse(message: str, remedy: str) -> None:
    raise Failure(message, exit_code=Exit.CONFIG, remedy=remedy)
