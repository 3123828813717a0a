"""The packaged model on disk: its digest, and the proof that it holds the manifest's files and nothing else.

Pure standard library: registering, deploying and serving verify a package without the training dependencies.
"""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path, PurePosixPath
from typing import NoReturn

from mlops_spec.errors import Exit, Failure
from mlops_spec.model_folder import MANIFEST
from mlops_spec.package.manifest import Manifest, PackagedFile, parse
from mlops_spec.package.runs_code import why_refused

__all__ = ["Manifest", "digest", "file_sha256", "read_manifest", "verify"]

MAX_MANIFEST_BYTES = 4 * 2**20
_CHUNK = 2**20
_FOREIGN_MODE = stat.S_ISUID | stat.S_ISGID | stat.S_IWOTH


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    state = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            state.update(chunk)
    return state.hexdigest()


def digest(directory: Path) -> str:
    """The package's digest: `sha256:` and the SHA-256 of the manifest's bytes, in hex."""
    return "sha256:" + hashlib.sha256(_read(directory)).hexdigest()


def read_manifest(directory: Path) -> Manifest:
    """The manifest of a package; raises Failure when it is missing, damaged or not in canonical form."""
    return _parse(_read(directory), directory / MANIFEST)


def verify(directory: Path, expected_digest: str | None = None) -> Manifest:
    """Proves that a package is whole: the manifest has `expected_digest`, every file its SHA-256, and nothing is extra.

    Links, special files, hidden files, files that others may write, surplus files or folders, pickles and whatever else
    runs code are refused, before anything is imported. Raises Failure, which names the file.
    """
    content = _read(directory)
    found = "sha256:" + hashlib.sha256(content).hexdigest()
    if expected_digest is not None and found != expected_digest:
        _refuse(directory, f"has digest {found}, but {expected_digest} is expected")
    manifest = _parse(content, directory / MANIFEST)
    listed = {file.path: file for file in manifest.files}
    present, folders = _sizes_and_folders(directory)
    for path in sorted(present.keys() - listed.keys() - {str(MANIFEST)}):
        _refuse(directory / path, "is not in the manifest")
    needed = {str(parent) for file in listed for parent in PurePosixPath(file).parents}
    for path in sorted(folders - needed):
        _refuse(directory / path, "is a folder without a file of the manifest")
    for path, file in listed.items():
        _verify_file(directory / path, file, present.get(path))
        if not path.startswith("code/") and (said := why_refused(directory / path, importing=True)):
            _refuse(directory / path, said)
    return manifest


def _verify_file(path: Path, file: PackagedFile, size: int | None) -> None:
    if size is None:
        _refuse(path, "is in the manifest but not in the package")
    if size != file.bytes:
        _refuse(path, f"has {size:,} bytes, the manifest says {file.bytes:,}")
    if file_sha256(path) != file.sha256:
        _refuse(path, "is not the file of the manifest: its SHA-256 differs")


def _read(directory: Path) -> bytes:
    path = directory / MANIFEST
    try:
        if path.is_symlink() or path.stat().st_size > MAX_MANIFEST_BYTES:
            _refuse(path, f"is a link, or larger than {MAX_MANIFEST_BYTES:,} bytes")
        return path.read_bytes()
    except OSError as error:
        raise Failure(
            f"{path}: no package here: {error.strerror}",
            exit_code=Exit.CONFIG,
            remedy="`mlops-spec run` builds one in build/package.",
        ) from error


def _sizes_and_folders(directory: Path, below: str = "") -> tuple[dict[str, int], set[str]]:
    files: dict[str, int] = {}
    folders: set[str] = set()
    with os.scandir(directory / below) as entries:
        for entry in entries:
            path = f"{below}/{entry.name}" if below else entry.name
            mode = entry.stat(follow_symlinks=False).st_mode
            if entry.name.startswith("."):
                _refuse(directory / path, "is hidden; a package has no hidden files")
            if mode & _FOREIGN_MODE:
                _refuse(
                    directory / path, f"has mode {stat.S_IMODE(mode):04o}: others may change it, or it changes user"
                )
            if stat.S_ISREG(mode):
                files[path] = entry.stat(follow_symlinks=False).st_size
            elif stat.S_ISDIR(mode):
                inner, deeper = _sizes_and_folders(directory, path)
                files |= inner
                folders |= {path, *deeper}
            else:
                _refuse(directory / path, "is a link or a special file; a package has regular files only")
    return files, folders


def _parse(content: bytes, place: Path) -> Manifest:
    try:
        return parse(content)
    except ValueError as error:
        _refuse(place, f"is damaged: {error}")


def _refuse(place: Path, what: str) -> NoReturn:
    raise Failure(
        f"{place} {what}",
        exit_code=Exit.CONFIG,
        remedy="The package is not what was built: fetch it again, or run `mlops-spec run` and register a new version.",
    )
