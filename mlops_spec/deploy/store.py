"""The packages on this host, one folder per digest: put there whole, verified, and kept while they are needed."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec.errors import Failure
from mlops_spec.package.on_disk import verify

if TYPE_CHECKING:
    from collections.abc import Callable

_PARTIAL = ".partial-"
_HASHED_SECONDS = 3600.0  # after this a package is hashed again, whatever its files' times say: disks rot silently
Stamps = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True)
class Store:
    """A folder of packages; one process at a time may write it."""

    folder: Path
    _sound: dict[str, tuple[Stamps, float]] = field(default_factory=dict)  # as they were hashed last, and when

    def changed(self, digest: str) -> str | None:
        """What is wrong with a package by now, or None; hashed where a file was touched since, or an hour has gone."""
        path = self.path(digest)
        try:
            stamps = _stamps(path)
            known, hashed = self._sound.get(digest, (None, 0.0))
            if stamps != known or time.monotonic() - hashed > _HASHED_SECONDS:
                verify(path, digest)
                self._sound[digest] = stamps, time.monotonic()
        except Failure as failure:
            return failure.message
        except FileNotFoundError as error:
            return f"{error.filename} is gone"
        return None

    def path(self, digest: str) -> Path:
        """Where a package lies or would lie."""
        return self.folder / digest.removeprefix("sha256:")

    def ensure(self, digest: str, fetch: Callable[[Path], None]) -> Path:
        """The verified package with this digest; `fetch` puts it into an empty folder when it isn't here.

        Raises:
            Failure: it can't be had, or what came is not that package; nothing of it stays.
        """
        path = self.path(digest)
        if path.is_dir():
            with suppress(Failure):  # damaged on this disk: fetch it again
                verify(path, digest)
                return path
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=self.folder))
        try:
            fetch(partial / "package")
            verify(partial / "package", digest)
            if path.is_dir():  # only now: a remote that is away leaves what there is
                path.rename(partial / "damaged")
            (partial / "package").rename(path)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        return path

    def keep(self, digests: set[str]) -> None:
        """Removes every package but these, and what a killed process left."""
        if not self.folder.is_dir():
            return
        kept = {self.path(digest).name for digest in digests}
        for entry in self.folder.iterdir():
            if entry.name not in kept:
                shutil.rmtree(entry, ignore_errors=True)


def _stamps(path: Path) -> Stamps:
    """Of all files and folders: a change time can't be set back, as a time of modification can."""
    places = [path, *(Path(root) / name for root, folders, files in os.walk(path) for name in (*folders, *files))]
    found = ((str(place), place.lstat()) for place in sorted(places))
    return tuple((name, state.st_ino, state.st_size, state.st_ctime_ns) for name, state in found)
