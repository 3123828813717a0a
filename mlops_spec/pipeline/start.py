"""Where a run starts from: the checkout's own `dvc.lock`, or that of the newest release; never one committed on main.

DVC refuses a lock that Git ignores, so it stays untracked. What is committed there would let a pull request say which
results belong to which inputs, and a merge would believe it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.files import write_atomic
from mlops_spec.layout import DVC_LOCK
from mlops_spec.pipeline.dvc_lock import locked_stages
from mlops_spec.release.tags import newest, releases

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.git import Git


def start_from_release(root: Path, git: Git, model: str) -> str | None:
    """Puts the newest release's lock in place where there is none; returns the release's tag when it did.

    Raises Failure (78) when a lock is committed, other than by a release.
    """
    lock = root / DVC_LOCK
    _refuse_committed(git, model)
    if lock.exists():
        return None
    release = newest(releases(git, model))
    content = git.tree(release.target).read(DVC_LOCK) if release else None
    if release is None or content is None:
        return None
    try:
        locked_stages(content)
    except ValueError as error:
        raise Failure(f"{DVC_LOCK} of {release.name} is damaged: {error}", exit_code=Exit.CONFIG) from error
    write_atomic(lock, content)
    return release.name


def _refuse_committed(git: Git, model: str) -> None:
    head = git.resolve("HEAD^{commit}")
    if head is None or git.tree(head).read(DVC_LOCK) is None:
        return
    if not any(tag.target == head for tag in releases(git, model)):
        raise Failure(
            f"{DVC_LOCK} is committed",
            exit_code=Exit.CONFIG,
            remedy=f"Releases keep it, main does not: `git rm --cached {DVC_LOCK}` and commit that.",
        )
