"""Writes files atomically: whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

# `.mlops-<process id>-<random>.tmp`: a temporary file tells whose it is, so that only a dead process's is swept.
_TEMPORARY = regex(r"^\.mlops-(\d+)-[0-9a-f]{16}\.tmp$")


def write_atomic(path: Path, data: bytes | str) -> None:
    """Writes `data` (text as UTF-8): after a crash at any moment the file is the old one or the new one.

    A new file gets the mode that the umask gives, an old one keeps its own; a symbolic link is replaced, not followed.
    Raises OSError, which names the file, and then the old one stands as it was; and Failure where a folder is
    in its place (2), or one on the way to it is a link that leads out of the repository (78).
    """
    followed(path.parent)
    try:
        _write(path, data.encode() if isinstance(data, str) else data)
    except OSError as error:
        if path.is_dir():  # as an empty path is, too
            raise Failure(f"{path} is a folder, not a file", remedy="Name a file to write.") from error
        raise OSError(error.errno, error.strerror, str(path)) from error


def _write(path: Path, content: bytes) -> None:
    directory = open_directory(path.parent)
    try:
        write_at(directory, path.name, content)
        os.fsync(directory)
    finally:
        os.close(directory)


def followed(path: Path, inside: Path | None = None) -> Path:
    """Where a path leads, whatever is there; Failure where a link on the way leads out of the repository it lies in.

    A link that lies in no repository may lead anywhere, but for one below the folder `inside`, which it must not leave.
    """
    begins = Path(os.path.abspath(path))  # noqa: PTH100 - it is the links that are looked at
    for place in (*reversed(begins.parents), begins):
        if place.is_symlink():
            holder, target = place.parent.resolve(), place.resolve()
            known = [] if inside is None or not place.is_relative_to(inside) else [inside.resolve()]
            root = next((folder for folder in (holder, *holder.parents) if (folder / ".git").exists()), None)
            if any(not target.is_relative_to(each) for each in ([root] if root else known)):
                raise Failure(
                    f"{place} is a symbolic link that leads out of the repository, to {target}: nothing was written",
                    exit_code=Exit.CONFIG,
                    remedy="Put the file or folder itself in its place.",
                )
    return begins.resolve()


def make_folder(path: Path, inside: Path | None = None) -> Path:
    """Makes a folder, and those above it, where it is not there yet; fails as `followed` does, before it makes any."""
    made = followed(path, inside)
    made.mkdir(parents=True, exist_ok=True)
    return made


def open_directory(path: Path | str, *, inside: int | None = None) -> int:
    """Opens a directory as a descriptor for the `dir_fd` of other calls; `inside` one, a link is refused."""
    nofollow = 0 if inside is None else os.O_NOFOLLOW
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | nofollow, dir_fd=inside)


def write_at(directory: int, name: str, content: bytes, *, mode: int | None = None) -> None:
    """Writes one file of an opened directory by way of a temporary one; the directory itself is not synced."""
    temporary = f".mlops-{os.getpid()}-{secrets.token_hex(8)}.tmp"
    try:
        _write_new(directory, temporary, content, mode or mode_at(directory, name))
        os.replace(temporary, name, src_dir_fd=directory, dst_dir_fd=directory)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary, dir_fd=directory)
        raise


@contextlib.contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Gives a folder to fill, which becomes `folder` at the end, whole or not at all.

    Raises Failure when `folder` holds something else than what was filled in (exit 2), or leads out by a link (78).
    """
    folder = followed(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    staged = folder.parent / f".mlops-{os.getpid()}-{secrets.token_hex(8)}.tmp"
    try:
        staged.mkdir()
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(folder)) from error
    try:
        yield staged
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            if not _equal(staged, folder):
                raise Failure(f"{folder} is not empty", remedy="Name a new folder.")
        else:
            staged.replace(folder)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _equal(one: Path, other: Path) -> bool:
    if not other.is_dir():
        return False
    both = [{path.relative_to(root): path for path in root.rglob("*") if not path.is_dir()} for root in (one, other)]
    return both[0].keys() == both[1].keys() and all(
        path.is_file() and not path.is_symlink() and path.read_bytes() == both[0][name].read_bytes()
        for name, path in both[1].items()
    )


def sweep(directory: int) -> None:
    """Removes what a killed process left in an opened directory."""
    for name in os.listdir(directory):
        match = _TEMPORARY.match(name)
        if match and not alive(int(match[1])):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name, dir_fd=directory)


def _write_new(directory: int, name: str, content: bytes, mode: int | None) -> None:
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666, dir_fd=directory)
    with os.fdopen(descriptor, "wb") as file:
        if mode is not None:
            os.fchmod(descriptor, mode)
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def mode_at(directory: int, name: str) -> int | None:
    """Permission bits of a regular file of an opened directory, if it is there."""
    try:
        found = os.stat(name, dir_fd=directory, follow_symlinks=False)
    except FileNotFoundError:
        return None
    return found.st_mode & 0o777 if (found.st_mode & 0o170000) == 0o100000 else None


def alive(process: int) -> bool:
    """Whether there is a process of this id."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
