"""The lock that a run starts from: the checkout's own `dvc.lock` or the newest release's, never one committed on main.

DVC refuses a lock that Git ignores, so it stays untracked, and `git add --all` takes it along. What is committed there
would let a pull request say which results belong to which inputs, and a merge would believe it: it is left aside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.engines.files import LOCK
from mlops_spec.errors import Exit, Failure
from mlops_spec.release.tags import newest, releases

if TYPE_CHECKING:
    from mlops_spec.engines.engine import Engine
    from mlops_spec.git import Git


def start_from_release(engine: Engine, git: Git, model: str) -> str | None:
    """Puts the newest release's lock in place where there is none; returns the release's tag when it did.

    Raises Failure (78) when that release's lock is damaged.
    """
    if engine.has_lock():
        return None
    release = newest(releases(git, model))
    content = git.here(release.target).read(LOCK) if release else None
    if release is None or content is None:
        return None
    try:
        engine.start_from(content)
    except ValueError as error:
        raise Failure(f"{LOCK} of {release.name} is damaged: {error}", exit_code=Exit.CONFIG) from error
    return release.name


def leave_committed(engine: Engine, git: Git, model: str) -> bool:
    """Takes away a lock that is committed, other than by a release; returns whether there was one."""
    head = git.resolve("HEAD^{commit}")
    if head is None or git.here(head).read(LOCK) is None:
        return False
    if any(tag.target == head for tag in releases(git, model)):
        return False
    engine.forget()
    return True
