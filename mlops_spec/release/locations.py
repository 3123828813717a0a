"""Where the files of a release lie in its commit, also after the model was moved to another folder."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.git import Tree

if TYPE_CHECKING:
    from mlops_spec.git import Git

_EVIDENCE = f"{model_folder.RELEASE}/{model_folder.MANIFEST}"


def release_tree(git: Git, commit: str) -> Tree:
    """The files of the model that a release commit is of, wherever that lay then: no other has evidence in it."""
    here = git.here(commit)
    if here.read(_EVIDENCE) is not None:
        return here
    listed = git.run("ls-tree", "--full-tree", "-r", "--name-only", "-z", commit).decode().split("\0")
    folders = [PurePosixPath(name).parents[1] for name in listed if f"/{name}".endswith(f"/{_EVIDENCE}")]
    return Tree(git, commit, folders[0]) if len(folders) == 1 else here
