"""The folder of the files that rows name, as it is: each file's digest and measures, or what is wrong with it."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec.engines.commands import BRING
from mlops_spec.engines.files import FOLDER
from mlops_spec.errors import Exit, Failure
from mlops_spec.package.file_kinds import problem
from mlops_spec.package.file_measures import measured
from mlops_spec.pipeline.parquet_parts import sha256_of
from mlops_spec.repository.root import root_of
from mlops_spec.spec.base import size_in_bytes
from mlops_spec.spec.paths import data_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlops_spec.spec.data import Data, Files

_CACHE = FOLDER / "cache"  # what the engine's links lead to, where it is told to link


@dataclass(frozen=True)
class Found:
    """A file: its digest and measures; or the `problem`, and then neither."""

    sha256: str = ""
    measures: Mapping[str, float] | None = None
    problem: str = ""


def look(root: Path, files: Files) -> dict[str, Found]:
    """Each file in the folder by its path below it, read one at a time.

    Raises:
        Failure: there is no such folder (78).
    """
    folder = root / files.root
    if not folder.is_dir():
        raise Failure(
            f"{files.root}: there is no such folder (data.files.root)",
            exit_code=Exit.CONFIG,
            remedy=f"`{BRING}` fetches tracked data; else `data.files.root` in model.yaml names another folder.",
        )
    return {path.relative_to(folder).as_posix(): _found(root, path, files) for path in _paths(folder)}


def data_sha256(root: Path, data: Data) -> str:
    """SHA-256 in hex of the rows' file; with files also of their names and contents, a line for each."""
    table = sha256_of(root / data_file(data))
    if data.files is None:
        return table
    state = hashlib.sha256(f"{table}\n".encode())
    folder, most = root / data.files.root, size_in_bytes(data.files.max)
    for path in _paths(folder):
        told = _read(path, most)
        digest = told if isinstance(told, str) else hashlib.sha256(told).hexdigest()
        state.update(f"{digest}  {path.relative_to(folder).as_posix()}\n".encode("utf-8", "surrogateescape"))
    return state.hexdigest()


def _paths(folder: Path) -> Iterator[Path]:
    """All but folders, ordered; a link to a folder is one path."""
    for place, folders, names in os.walk(folder):
        linked = [name for name in folders if Path(place, name).is_symlink()]
        folders[:] = sorted(set(folders) - set(linked))
        yield from (Path(place, name) for name in sorted([*names, *linked]))


def _found(root: Path, path: Path, files: Files) -> Found:
    if path.is_symlink() and not _stays(root, path, files):
        return Found(problem="is a link that leaves the folder, or leads nowhere")
    content = _read(path, size_in_bytes(files.max))
    if isinstance(content, str):
        return Found(problem=content)
    if wrong := problem(content, files.kinds):
        return Found(problem=wrong)
    return Found(hashlib.sha256(content).hexdigest(), measured(content))


def _stays(root: Path, link: Path, files: Files) -> bool:
    try:
        leads = link.resolve()
    except RuntimeError:  # it leads back to itself
        return False
    return leads.is_relative_to((root / files.root).resolve()) or leads.is_relative_to(
        (root_of(root) / _CACHE).resolve()
    )


def _read(path: Path, most: int) -> bytes | str:
    """A file's bytes, or why they were not read; no device, pipe or socket is waited for."""
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            return "is no file"
        if state.st_size > most:
            return f"has {state.st_size:,} bytes, at most {most:,} may be (data.files.max)"
        return path.read_bytes()
    except OSError as error:
        return f"can't be read: {error.strerror}"
