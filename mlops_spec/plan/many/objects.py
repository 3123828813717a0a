"""The ids of files and folders in two states of a repository, asked of Git all at once and kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlops_spec.git import Git

_SUBMODULE = re.compile(r"^\s*path\s*=\s*(.+?)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Objects:
    """Object ids by revision and path from the repository's root; what is asked for twice is asked of Git once."""

    git: Git
    known: dict[tuple[str, str], str | None] = field(default_factory=dict)
    _submodules: dict[str, frozenset[str]] = field(default_factory=dict)

    def ask(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Brings the ids of many paths by one call."""
        new = [each for each in dict.fromkeys(wanted) if each not in self.known]
        if new:
            found = self.git.object_ids([f"{revision}:{'' if path == '.' else path}" for revision, path in new])
            self.known.update(zip(new, found, strict=True))

    def id(self, revision: str, path: str) -> str | None:
        """The id of a file or folder; None where it is not there."""
        self.ask([(revision, path)])
        return self.known[revision, path]

    def content(self, revision: str, path: str) -> str:
        """What stands for the content of a path: the ids of it, and of the pointer or the submodule that has it."""
        places = [*_places(path, self._submodules_at(revision))]
        self.ask((revision, place) for place in places)
        return "|".join(filter(None, (self.known[revision, place] for place in places)))

    def ask_contents(self, revision: str, paths: Iterable[str]) -> None:
        """Brings what `content` needs of many paths."""
        submodules = self._submodules_at(revision)
        self.ask((revision, place) for path in paths for place in _places(path, submodules))

    def _submodules_at(self, revision: str) -> frozenset[str]:
        if revision not in self._submodules:
            listed = next(self.git.read_objects([f"{revision}:.gitmodules"])) or b""
            self._submodules[revision] = frozenset(_SUBMODULE.findall(listed.decode(errors="replace")))
        return self._submodules[revision]


def _places(path: str, submodules: frozenset[str]) -> Iterator[str]:
    """The path, and what may stand for it in Git: the engine's pointer to it or to a folder around it, a submodule."""
    yield path
    yield f"{path}.dvc"
    for folder in PurePosixPath(path).parents[:-1]:
        yield f"{folder}.dvc"
        if str(folder) in submodules:
            yield str(folder)
