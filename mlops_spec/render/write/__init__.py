"""Writes rendered files to the disk: the whole set or nothing, and never over files that are not ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec import layout
from mlops_spec.errors import Exit, Failure
from mlops_spec.render.output import SHARED
from mlops_spec.render.write import journal, manifest
from mlops_spec.render.write.journal import Change
from mlops_spec.render.write.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path, PurePosixPath

_HEADER = b"by mlops-spec"


def write(
    root: Path, texts: Mapping[PurePosixPath, str], *, adopt: Collection[PurePosixPath] = ()
) -> tuple[Change, ...]:
    """Makes `texts` the set of our files in the repository at `root`, and returns what that changed.

    Files of an earlier set that are no longer in this one are removed; equal files are not touched. Edits of managed
    files are overwritten: `compare.differences` tells of them before.

    Raises Failure, with nothing written: where a symbolic link stands in the way, where a file that is not ours does
    and `adopt` doesn't name it, where the disk fails, or while another process writes.
    """
    with Tree(root) as tree:
        tree.lock()
        journal.recover(tree)
        changes = _changes(tree, texts, adopt)
        if changes:
            try:
                journal.commit(tree, changes)
            except OSError as error:
                raise Failure(
                    f"can't write in {root}: {error.strerror}",
                    exit_code=Exit.CONFIG,
                    remedy="all files are as they were, or the next `mlops-spec render` makes them so",
                ) from None
    return changes


def is_ours(content: bytes) -> bool:
    """Whether a file says so where it begins: in its first line, or below a card's `---`."""
    return any(_HEADER in line for line in content.split(b"\n", 2)[:2])


def _changes(tree: Tree, texts: Mapping[PurePosixPath, str], adopt: Collection[PurePosixPath]) -> tuple[Change, ...]:
    before = tree.read(layout.MANAGED)
    known = manifest.load(before)
    wanted = {path: text.encode() for path, text in texts.items()}
    changes = [Change(path, tree.read(path), wanted.get(path)) for path in sorted({*wanted, *known})]
    for change in changes:
        if change.path not in known and change.path not in adopt:
            _refuse_foreign(change)
    managed = Change(layout.MANAGED, before, manifest.dump(texts))
    return tuple(change for change in [*changes, managed] if change.old != change.new)


def _refuse_foreign(change: Change) -> None:
    if change.old is None or change.old == change.new or change.path in SHARED:
        return
    if not is_ours(change.old):
        raise Failure(
            f"{change.path}: is there already, and is not ours",
            exit_code=Exit.CONFIG,
            remedy=f"move it away, or give it to us by `mlops-spec render --adopt {change.path}`",
        )
