"""The work tree as one of Git's trees, so that two states of a repository are compared by the ids of their objects."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.engines.files import kept, pointer
from mlops_spec.model_folder import SPEC

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.git import Git


class WorkTree(NamedTuple):
    """What Git has of the files as they lie on the disk, or would take with `git add`."""

    #: HEAD where nothing differs from it, else a tree
    revision: str
    #: the folders of the specs, ordered
    folders: tuple[PurePosixPath, ...]
    #: the data that the engine's pointers stand for
    data: tuple[str, ...]


def work_tree(git: Git) -> WorkTree:
    """Reads the work tree of a repository that was opened at its root. The index stays as it is."""
    head = git.resolve("HEAD^{commit}")
    # a submodule counts by its commit: what lies in it is another repository's
    if head and not git.run("status", "--porcelain", "-z", "--untracked-files=normal", "--ignore-submodules=dirty"):
        return WorkTree(head, *_listed(git, {}))
    with _index_of_all(git) as env:
        return WorkTree(git.run("write-tree", env=env).decode().strip(), *_listed(git, env))


@contextmanager
def _index_of_all(git: Git) -> Iterator[dict[str, str]]:
    """An index of its own, in which everything is added."""
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder, "index")
        own = git.directory / git.text("rev-parse", "--git-path", "index")
        if own.is_file():
            shutil.copy(own, index)
        env = {"GIT_INDEX_FILE": str(index)}
        git.run("add", "--all", "--", ".", env=env)
        yield env


def _listed(git: Git, env: dict[str, str]) -> tuple[tuple[PurePosixPath, ...], tuple[str, ...]]:
    listed = git.run("ls-files", "-z", "--cached", "--", f":(glob)**/{SPEC}", f":(glob)**/{pointer('*')}", env=env)
    names = list(filter(None, listed.decode(errors="surrogateescape").split("\0")))
    folders = sorted(PurePosixPath(name).parent for name in names if PurePosixPath(name).name == str(SPEC))
    return tuple(folders), kept(names)
