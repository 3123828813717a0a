"""Changes made in a copy of a repository, brought back all together or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.render.write import journal
from mlops_spec.render.write.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mlops_spec.render.write.journal import Change


def bring_back(root: Path, found: Sequence[Change]) -> None:
    """Makes the same changes in the repository.

    Raises:
        Failure: it is no longer as the copy began, or the disk fails; all is as it was (exit 75 or 78).
    """
    with Tree(root) as tree:
        tree.lock()
        journal.recover(tree)
        for change in found:
            if tree.read(change.path) != change.old:
                raise Failure(f"{change.path}: is no longer as it was when this began", exit_code=Exit.STALE)
        try:
            journal.commit(tree, found)
        except OSError as error:
            raise Failure(f"can't write in {root}: {error.strerror}", exit_code=Exit.CONFIG) from None
