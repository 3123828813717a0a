"""The files of a checkout that a job gets: what Git tracks, as it lies on the disk, and nothing else."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.compute.ray import start
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git

if TYPE_CHECKING:
    from collections.abc import Iterable

START = ".mlops-spec-start.py"
_MOST = 100 * 2**20  # bytes; Ray's own limit is higher, but the head keeps each package in memory
_LINK, _FILE, _PROGRAM = "120000", "100644", "100755"
_THEN = (1980, 1, 1, 0, 0, 0)  # one content is one package, whenever it was packed


@dataclass(frozen=True)
class Package:
    """An archive and the name that the cluster knows it by, which its content decides."""

    name: str
    content: bytes

    @property
    def address(self) -> str:
        return f"gcs://{self.name}"


@dataclass(frozen=True)
class Tracked:
    """What Git tracks in a repository: the mode of each file by its path."""

    root: Path
    modes: dict[str, str]

    @classmethod
    def of(cls, root: Path) -> Tracked:
        """What the index of the repository at `root` has."""
        rows = Git(root).run("ls-files", "-z", "--stage").decode(errors="surrogateescape").split("\0")
        found = (row.partition("\t") for row in rows if row)
        return cls(root, {path: head.split(" ")[0] for head, _, path in found})

    def has(self, path: str) -> bool:
        """Whether it tracks this file, or one in this folder."""
        return path in self.modes or any(each.startswith(f"{path}/") for each in self.modes)


def packed(tracked: Tracked, folder: PurePosixPath, instead: Path) -> Package:
    """The tracked files; those below `folder` are read from `instead`, where a stage runs on a copy of it.

    Raises:
        Failure: it is more than a cluster takes (78).
    """
    buffer = io.BytesIO()
    sizes: dict[str, int] = {}
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content, mode in _files(tracked, folder, instead):
            _add(archive, path, content, mode)
            sizes[path] = len(content)
        _add(archive, START, Path(start.__file__).read_bytes(), _FILE)
    content = buffer.getvalue()
    if len(content) > _MOST:
        largest = max(sizes, key=lambda path: sizes[path])
        raise Failure(
            f"the files of the commit are {len(content) / 2**20:.0f} MiB, and a cluster takes {_MOST >> 20} MiB; "
            f"the largest is {largest}, with {sizes[largest] / 2**20:.0f} MiB",
            exit_code=Exit.CONFIG,
            remedy="Take it out of Git (`git rm --cached`), and let DVC track it.",
        )
    return Package(f"_ray_pkg_{hashlib.sha256(content).hexdigest()[:32]}.zip", content)


def _files(tracked: Tracked, folder: PurePosixPath, instead: Path) -> Iterable[tuple[str, bytes, str]]:
    for path, mode in sorted(tracked.modes.items()):
        inside = PurePosixPath(path).is_relative_to(folder)
        place = instead / PurePosixPath(path).relative_to(folder) if inside else tracked.root / path
        target = _target(tracked, path) if mode == _LINK else place
        if mode in (_LINK, _FILE, _PROGRAM) and target is not None and target.is_file():
            yield path, target.read_bytes(), mode


def _target(tracked: Tracked, path: str) -> Path | None:
    """The tracked file that a link leads to; what it leads to elsewhere is not sent."""
    place = (tracked.root / path).resolve()
    root = tracked.root.resolve()
    inside = place.is_relative_to(root) and place.relative_to(root).as_posix() in tracked.modes
    return place if inside else None


def _add(archive: zipfile.ZipFile, path: str, content: bytes, mode: str) -> None:
    entry = zipfile.ZipInfo(path, _THEN)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = (0o100755 if mode == _PROGRAM else 0o100644) << 16
    archive.writestr(entry, content)
