"""A repository's folder, entered step by step, so that no symbolic link leads out of it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.system.files import mode_at, open_directory, sweep, write_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Tree:
    """Reads, moves and removes files below an opened folder; every path is relative to it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._descriptor = open_directory(root)

    def __enter__(self) -> Tree:
        return self

    def lock(self) -> None:
        """Keeps other processes out until this one closes the tree or dies; raises Failure where one is in already."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure(
                f"{self.root}: another process writes here", exit_code=Exit.STALE, remedy="try again when it is done"
            ) from None

    def __exit__(self, *exception: object) -> None:
        os.close(self._descriptor)

    @contextlib.contextmanager
    def directory(self, path: PurePosixPath, *, create: bool = False) -> Iterator[int]:
        """A descriptor of a folder; raises FileNotFoundError where it is missing, and Failure at a link."""
        descriptor = os.dup(self._descriptor)
        try:
            for depth, part in enumerate(_parts(path), start=1):
                inner = self._enter(descriptor, part, PurePosixPath(*path.parts[:depth]), create=create)
                os.close(descriptor)
                descriptor = inner
            yield descriptor
        finally:
            os.close(descriptor)

    def _enter(self, descriptor: int, part: str, path: PurePosixPath, *, create: bool) -> int:
        if create:
            with contextlib.suppress(FileExistsError):
                os.mkdir(part, dir_fd=descriptor)
                os.fsync(descriptor)
        try:
            return open_directory(part, inside=descriptor)
        except NotADirectoryError:
            raise self._refused(path, "is not a folder, or is a symbolic link") from None
        except PermissionError:
            raise self._refused(path, "may not be entered") from None

    def read(self, path: PurePosixPath) -> bytes | None:
        """A regular file's content; None where there is nothing."""
        try:
            with self.directory(path.parent) as folder:
                found = os.stat(path.name, dir_fd=folder, follow_symlinks=False)
                if not stat.S_ISREG(found.st_mode):
                    raise self._refused(path, "is not a regular file")
                with os.fdopen(os.open(path.name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder), "rb") as file:
                    return file.read()
        except FileNotFoundError:
            return None
        except PermissionError:
            raise self._refused(path, "may not be read") from None

    def write(self, path: PurePosixPath, content: bytes) -> None:
        """Writes one file whole, and the folders that it needs."""
        with self.directory(path.parent, create=True) as folder:
            sweep(folder)
            write_at(folder, path.name, content)
            os.fsync(folder)

    def exists(self, path: PurePosixPath) -> bool:
        """Whether there is a regular file."""
        return self.mode(path) is not None

    def mode(self, path: PurePosixPath) -> int | None:
        """Permission bits of a regular file, if it is there."""
        try:
            with self.directory(path.parent) as folder:
                return mode_at(folder, path.name)
        except FileNotFoundError:
            return None

    def names(self, path: PurePosixPath) -> list[str]:
        """What a folder holds; nothing where it is missing."""
        try:
            with self.directory(path) as folder:
                return sorted(os.listdir(folder))  # noqa: PTH208 - a descriptor has no Path
        except FileNotFoundError:
            return []

    def rename(self, source: PurePosixPath, target: PurePosixPath) -> None:
        """Renames a file or folder, over a file if there is one: atomic, and on the disk when it returns."""
        with self.directory(source.parent) as old, self.directory(target.parent, create=True) as new:
            os.rename(source.name, target.name, src_dir_fd=old, dst_dir_fd=new)
            os.fsync(new)
            os.fsync(old)

    def remove(self, path: PurePosixPath, *, sync: bool = True) -> None:
        """Removes a file, if it is there, and the folders that it leaves empty."""
        with contextlib.suppress(FileNotFoundError), self.directory(path.parent) as folder:
            os.unlink(path.name, dir_fd=folder)
            if sync:
                os.fsync(folder)
        self._prune(path.parent)

    def _prune(self, path: PurePosixPath) -> None:
        while path.parts:
            try:
                with self.directory(path.parent) as folder:
                    os.rmdir(path.name, dir_fd=folder)
            except FileNotFoundError:
                pass
            except OSError:  # not empty
                return
            path = path.parent

    def _refused(self, path: PurePosixPath, why: str) -> Failure:
        return Failure(
            f"{path}: {why}", exit_code=Exit.CONFIG, remedy="nothing was written; correct that, then try again"
        )


def _parts(path: PurePosixPath) -> tuple[str, ...]:
    if path.is_absolute() or ".." in path.parts:
        raise ValueError(f"{path} is not inside the repository")
    return path.parts
