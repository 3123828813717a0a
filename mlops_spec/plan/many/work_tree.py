"""The work tree as one of Git's trees, so that two states of a repository are compared by the ids of their objects."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec.git import EMPTY_TREE

if TYPE_CHECKING:
    from mlops_spec.git import Git


def tree_of_work_tree(git: Git) -> str:
    """The id of a tree, or of a commit, with the files as they lie on the disk: those that Git has or would take.

    Where nothing differs from HEAD that is HEAD, and nothing is written. The index stays as it is.
    """
    head = git.resolve("HEAD^{commit}")
    # submodules as their commits: what lies in them is another repository's
    if head and not git.run("status", "--porcelain", "-z", "--untracked-files=normal", "--ignore-submodules=dirty"):
        return head
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder, "index")
        own = git.directory / git.text("rev-parse", "--git-path", "index")
        if own.is_file():
            shutil.copy(own, index)
        env = {"GIT_INDEX_FILE": str(index)}
        git.run("add", "--all", "--", ".", env=env)
        return git.run("write-tree", env=env).decode().strip() or EMPTY_TREE
