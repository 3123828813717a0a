"""A copy of a checkout as it stands, edits that no commit has included, and what becomes of its files."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git
from mlops_spec.render.write.journal import Change
from mlops_spec.repository.requirement import LOCK, PROJECT
from mlops_spec.start.new.requirement import wheels

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_GIT = ".git"


@dataclass(frozen=True)
class Copied:
    """The checkout `root`, its copy in the folder `path`, and the digest of each file when it was copied."""

    root: Path
    path: Path
    digests: Mapping[PurePosixPath, str]

    def paths(self) -> frozenset[PurePosixPath]:
        """The files that are there now."""
        return frozenset(PurePosixPath(path.relative_to(self.path)) for path in _files(self.path))

    def changes(self, paths: Iterable[PurePosixPath]) -> tuple[Change, ...]:
        """What became of these files, ordered by path; none of a checkout is ever removed.

        Raises:
            Failure: such a file of the checkout is no longer as it was copied (exit 75).
        """
        found = ((path, (self.path / path).read_bytes()) for path in sorted(paths))
        changed = ((path, new) for path, new in found if _digest(new) != self.digests.get(path))
        return tuple(Change(path, self._before(path), new) for path, new in changed if not self._has(path, new))

    def _has(self, path: PurePosixPath, content: bytes) -> bool:
        """Whether the checkout has the same there, such as data that another model brought into the cache."""
        file = self.root / path
        return file.is_file() and file.read_bytes() == content

    def _before(self, path: PurePosixPath) -> bytes | None:
        file = self.root / path
        content = file.read_bytes() if file.is_file() else None
        if (None if content is None else _digest(content)) != self.digests.get(path):
            raise Failure(f"{path}: was changed meanwhile", exit_code=Exit.STALE, remedy="run it again")
        return content


def copied(root: Path, into: Path) -> Copied:
    """Copies what Git has of a checkout, or would take, into an empty folder, which becomes a repository.

    Files alone and links; what a submodule holds is not the checkout's.
    """
    Git(into).run("init", "--quiet")
    digests = {}
    for path in _of_checkout(root):
        target = into / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / path, target, follow_symlinks=False)
        if not target.is_symlink():
            digests[path] = _digest(target.read_bytes())
    return Copied(root, into, digests)


def _of_checkout(root: Path) -> Iterator[PurePosixPath]:
    listed = Git(root).run("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate").decode()
    names = {*filter(None, listed.split("\0")), PROJECT, LOCK, *(str(each.relative_to(root)) for each in wheels(root))}
    for name in sorted(names):  # some ignore locks and wheels wherever they are
        file = root / name
        if file.is_symlink() or file.is_file():
            yield PurePosixPath(name)


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_symlink() or path.name == _GIT:
            continue
        if path.is_dir():
            yield from _files(path)
        else:
            yield path


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
