"""The packages on this host, one folder per digest: put there whole, verified, and kept as long as they are needed."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec.errors import Failure
from mlops_spec.package import verify

if TYPE_CHECKING:
    from collections.abc import Callable

_PARTIAL = ".partial-"


@dataclass(frozen=True)
class Store:
    """A folder of packages; one process at a time may write it."""

    folder: Path

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
            try:
                verify(path, digest)
            except Failure:  # damaged on this disk: fetch it again
                shutil.rmtree(path)
            else:
                return path
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=self.folder))
        try:
            fetch(partial / "package")
            verify(partial / "package", digest)
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
