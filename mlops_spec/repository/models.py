"""Where the models of a repository lie: the folders that have a spec, in a checkout and in a commit."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlops_spec.git import Git, Tree

_SPEC = str(model_folder.SPEC)
_NAME = regex(rb"^model:[ \t]*[\"']?([a-z0-9-]{1,63})", re.MULTILINE)


def folders_here(git: Git) -> tuple[PurePosixPath, ...]:
    """The folders of all specs below where a repository was opened, from its root, ordered.

    A spec counts that Git has or would take with `git add`, so not one that it ignores, nor one in a submodule.
    """
    listed = git.run(
        "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate", "--", f":(glob)**/{_SPEC}"
    )
    names = (name for name in listed.decode().split("\0") if name)
    return _folders(git.folder / name for name in names if (git.directory / name).is_file())


def folders_at(tree: Tree) -> tuple[PurePosixPath, ...]:
    """The folders of all specs of a commit below the tree's folder, from the repository's root, ordered."""
    return folders_of(tree, (entry.path for entry in tree.entries()))


def folders_of(tree: Tree, paths: Iterable[str]) -> tuple[PurePosixPath, ...]:
    """The same of paths that were read from the tree before."""
    return _folders(tree.folder / path for path in paths if path == _SPEC or path.endswith(f"/{_SPEC}"))


def meant(folders: Iterable[PurePosixPath], patterns: Iterable[str]) -> tuple[PurePosixPath, ...]:
    """The folders whose specs are those of models, by the patterns `models` that the repository's settings may have."""
    parts = [PurePosixPath(pattern).parts for pattern in patterns]
    return tuple(each for each in folders if not parts or any(_match(each.parts, pattern) for pattern in parts))


def _match(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    if not pattern:
        return not parts
    first, *rest = pattern
    if first == "**":
        return any(_match(parts[start:], rest) for start in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], first) and _match(parts[1:], rest)


def _folders(specs: Iterable[PurePosixPath]) -> tuple[PurePosixPath, ...]:
    return tuple(sorted(path.parent for path in specs))


def name_in(spec: bytes) -> str:
    """What the bytes of a spec call its model, by the line that says so; empty where none does."""
    said = _NAME.search(spec)
    return said[1].decode() if said else ""
