"""The ids of files and folders in several states of a repository, found in Git's trees, each of which is read once.

Git would look a path up from the root anew each time; in a folder of a thousand models that is what takes longest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.engines.files import pointer
from mlops_spec.errors import Exit, Failure
from mlops_spec.git.trees import parsed
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlops_spec.git import Git

    Path = str | PurePosixPath

_SUBMODULE = regex(r"^\s*path\s*=\s*(.+?)\s*$", re.MULTILINE)


class _Unread(NamedTuple):
    """A tree that must be read before a path can be told."""

    tree: str


@dataclass(frozen=True)
class Objects:
    """Object ids by revision and path from the repository's root, which is called `.`."""

    git: Git
    _roots: dict[str, str] = field(default_factory=dict)
    #: by a tree's id: what is in it, by name; and whether that is a tree
    _trees: dict[str, dict[str, tuple[str, bool]]] = field(default_factory=dict)
    _submodules: dict[str, frozenset[str]] = field(default_factory=dict)

    def id(self, revision: str, path: Path) -> str | None:
        """The id of a file, a folder or a submodule's commit; None where there is none."""
        return self.ids(revision, [path])[0]

    def ids(self, revision: str, paths: Iterable[Path]) -> list[str | None]:
        """The ids of many, by as few calls of Git as the paths have parts."""
        wanted = [PurePosixPath(path).parts for path in paths]
        if revision not in self._roots:
            self._roots[revision] = self._root(revision)
        while True:
            found = [self._find(self._roots[revision], parts) for parts in wanted]
            unread = {each.tree for each in found if isinstance(each, _Unread)}
            if not unread:
                return [each for each in found if not isinstance(each, _Unread)]
            self._read(sorted(unread))

    def contents(self, revision: str, paths: Iterable[Path]) -> list[bytes | None]:
        """What is in many files; None for each that is not there."""
        ids = self.ids(revision, paths)
        known = list(dict.fromkeys(filter(None, ids)))
        by_id = dict(zip(known, self.git.read_objects(known), strict=True))
        return [by_id[each] if each else None for each in ids]

    def state(self, revision: str, path: str) -> str:
        """What stands for the content of a path: the ids of it, and of the pointer or the submodule that has it."""
        places = _places(path, self._submodules_at(revision))
        return "|".join(filter(None, self.ids(revision, places)))

    def _root(self, revision: str) -> str:
        (found,) = self.git.object_ids([f"{revision}^{{tree}}"])
        if found is None:
            raise Failure(f"{revision} is not here", exit_code=Exit.CONFIG, remedy=f"git fetch origin {revision}")
        return found

    def _find(self, here: str, parts: Sequence[str]) -> str | _Unread | None:
        is_tree = True
        for name in parts:
            if not is_tree:
                return None
            if here not in self._trees:
                return _Unread(here)
            entry = self._trees[here].get(name)
            if entry is None:
                return None
            here, is_tree = entry
        return here

    def _read(self, trees: Sequence[str]) -> None:
        for tree, raw in zip(trees, self.git.read_objects(trees), strict=True):
            self._trees[tree] = dict(_entries(raw or b"", len(tree) // 2))

    def _submodules_at(self, revision: str) -> frozenset[str]:
        if revision not in self._submodules:
            (listed,) = self.contents(revision, [".gitmodules"])
            self._submodules[revision] = frozenset(_SUBMODULE.findall((listed or b"").decode(errors="replace")))
        return self._submodules[revision]


def _entries(raw: bytes, width: int) -> Iterator[tuple[str, tuple[str, bool]]]:
    for name, node in parsed(raw, width):
        yield name.decode(errors="surrogateescape"), (node.object, node.is_folder)


def _places(path: str, submodules: frozenset[str]) -> Iterator[str]:
    """The path, and what may stand for it in Git: the engine's pointer to it or to a folder around it, a submodule."""
    yield path
    yield pointer(path)
    for folder in PurePosixPath(path).parents[:-1]:
        yield pointer(str(folder))
        if str(folder) in submodules:
            yield str(folder)
