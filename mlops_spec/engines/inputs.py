"""The inputs of a run, hashed before it and compared after it, so that a result belongs to one state of them."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import PurePosixPath

    from mlops_spec.engines.stage import Stage

_CHUNK = 2**20


@dataclass(frozen=True)
class Seen:
    """A file as it was: its change stamps (inode, size, change time) and its SHA-256 and MD5 in hex."""

    stamps: tuple[int, int, int]
    sha256: str
    md5: str


def input_paths(stages: Iterable[Stage], *own: PurePosixPath) -> tuple[str, ...]:
    """The files that say what runs, such as the spec, and what the stages read and none of them writes."""
    known = tuple(stages)
    outside = [path for stage in known for path in stage.reads if not any(other.makes(path) for other in known)]
    return tuple(dict.fromkeys([*map(str, own), *outside]))


def see(root: Path, paths: Iterable[str]) -> dict[str, Seen]:
    """The files at and under the paths, as they are now; bytecode is no input."""
    return {file: _seen(root / file) for path in paths for file in _files(root, path)}


def changed(root: Path, paths: Iterable[str], before: Mapping[str, Seen]) -> list[str]:
    """The files that came, went or changed since; only those that something touched are hashed again."""
    now = {file: root / file for path in paths for file in _files(root, path)}
    moved = [file for file in now.keys() & before.keys() if _differs(now[file], before[file])]
    return sorted([*moved, *(now.keys() ^ before.keys())])


def _seen(path: Path) -> Seen:
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    stamps = _stamps(path)
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            sha256.update(chunk)
            md5.update(chunk)
    return Seen(stamps, sha256.hexdigest(), md5.hexdigest())


def _differs(path: Path, before: Seen) -> bool:
    return _stamps(path) != before.stamps and _seen(path).sha256 != before.sha256


def _stamps(path: Path) -> tuple[int, int, int]:
    """The change time can't be set back, as the time of modification can."""
    state = path.stat()
    return state.st_ino, state.st_size, state.st_ctime_ns


def _files(root: Path, path: str) -> Iterator[str]:
    if (root / path).is_file():
        yield path
    for folder, folders, names in os.walk(root / path):
        folders[:] = [name for name in folders if name != "__pycache__"]
        yield from (str((Path(folder) / name).relative_to(root)) for name in names if not name.endswith(".pyc"))
