"""The journal of writes: changes to several files are made all together or not at all.

The new files, copies of the old ones and a list of both lie ready in a folder. Renaming it to `.mlops/staging` decides
for the new ones, renaming that to `.mlops/reverting`, after an error, for the old ones. What was decided is finished by
this process or by the next one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal

from mlops_spec import layout
from mlops_spec.errors import Exit, Failure
from mlops_spec.system.files import write_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlops_spec.render.write.tree import Tree

_OURS = layout.MANAGED.parent
_PREPARED = _OURS / "staging.new"
STAGING = _OURS / "staging"
_FOLDERS: dict[Literal["new", "old"], PurePosixPath] = {"new": STAGING, "old": _OURS / "reverting"}
_LIST = "changes.json"


@dataclass(frozen=True)
class Change:
    """A file that becomes another one; None stands for no file."""

    path: PurePosixPath
    old: bytes | None
    new: bytes | None


def commit(tree: Tree, changes: Sequence[Change]) -> None:
    """Makes all changes, in their order; raises OSError when it can't, and then all is as it was."""
    try:
        _prepare(tree, changes)
        tree.rename(_PREPARED, _FOLDERS["new"])
        _move_into_place(tree, "new")
    except OSError:
        with contextlib.suppress(OSError):  # the next run finishes it
            _revert(tree)
        raise
    with contextlib.suppress(OSError):  # all is in place; the next run clears the rest away
        _discard(tree, _FOLDERS["new"])


def recover(tree: Tree) -> None:
    """Finishes what a killed process had decided, and clears away what it had not."""
    _discard(tree, _PREPARED)
    for side, folder in _FOLDERS.items():
        if tree.read(folder / _LIST) is not None:
            _refuse_edited(tree, folder)
            _move_into_place(tree, side)
        _discard(tree, folder)


def interrupted(tree: Tree) -> bool:
    """Whether a killed process left a decided change unfinished."""
    return any(tree.read(folder / _LIST) is not None for folder in _FOLDERS.values())


def _prepare(tree: Tree, changes: Sequence[Change]) -> None:
    with tree.directory(_PREPARED, create=True) as folder:
        write_at(folder, ".gitignore", b"*\n")
        for number, change in enumerate(changes):
            mode = tree.mode(change.path)
            if change.old is not None:
                write_at(folder, f"{number}.old", change.old, mode=mode)
            if change.new is not None:
                write_at(folder, f"{number}.new", change.new, mode=mode)
        listed = [{"path": str(each.path), "old": _digest(each.old), "new": _digest(each.new)} for each in changes]
        write_at(folder, _LIST, json.dumps(listed).encode())
        os.fsync(folder)


def _revert(tree: Tree) -> None:
    if tree.exists(_FOLDERS["new"] / _LIST):
        tree.rename(_FOLDERS["new"], _FOLDERS["old"])
        _move_into_place(tree, "old")
        _discard(tree, _FOLDERS["old"])
    _discard(tree, _PREPARED)


def _move_into_place(tree: Tree, side: Literal["new", "old"]) -> None:
    folder = _FOLDERS[side]
    for number, entry in enumerate(_listed(tree, folder)):
        path = PurePosixPath(entry["path"])
        if entry[side] is None:
            tree.remove(path)
        elif tree.exists(folder / f"{number}.{side}"):
            tree.rename(folder / f"{number}.{side}", path)


def _discard(tree: Tree, folder: PurePosixPath) -> None:
    """Removes a folder, its list first: without it nothing is decided."""
    tree.remove(folder / _LIST)
    for name in tree.names(folder):
        tree.remove(folder / name, sync=False)


def _refuse_edited(tree: Tree, folder: PurePosixPath) -> None:
    for entry in _listed(tree, folder):
        if _digest(tree.read(PurePosixPath(entry["path"]))) not in (entry["old"], entry["new"]):
            raise Failure(
                f"{entry['path']}: was edited after a render that was interrupted",
                exit_code=Exit.STALE,
                remedy=f"undo the edit to finish that render, or remove {folder} to drop it",
            )


def _listed(tree: Tree, folder: PurePosixPath) -> list[dict[str, str]]:
    entries: list[dict[str, str]] = json.loads(tree.read(folder / _LIST) or b"[]")
    return entries


def _digest(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()
