"""The work tree's files as DVC hashes them, without DVC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from mlops_spec.document import safe_yaml
from mlops_spec.engines.dvc.listing import file_md5, folder_md5
from mlops_spec.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlops_spec.git import Git


@dataclass(frozen=True)
class WorkTree:
    """A repository's files as they lie on the disk."""

    root: Path
    git: Git

    def md5(self, path: str) -> str | None:
        """The hash of a file or folder; of tracked data that is not here, the one that its `.dvc` file records."""
        place = self.root / path
        if place.is_file():
            return file_md5(place)
        if place.is_dir():
            return self._folder_hash(path)
        return recorded_hash(place.with_name(f"{place.name}.dvc"))

    def tracked(self, path: str) -> bool:
        """Whether DVC tracks the path itself, so that Git knows only its hash."""
        return (self.root / f"{path}.dvc").is_file()

    def _folder_hash(self, path: str) -> str:
        return folder_md5({name.removeprefix(f"{path}/"): file_md5(self.root / name) for name in self._files(path)})

    def _files(self, path: str) -> Iterator[str]:
        """The files below, but for those that `.dvcignore` names: its patterns are Git's, so Git reads them."""
        unlisted = self._listed(path, "--cached", "--ignored")
        everything = self._listed(path, "--cached", "--others")
        return (name for name in everything - unlisted if (self.root / name).is_file())

    def _listed(self, path: str, *which: str) -> set[str]:
        names = self.git.run("ls-files", "-z", *which, "--exclude-per-directory=.dvcignore", "--", path)
        return set(filter(None, names.decode(errors="surrogateescape").split("\0")))


def recorded_hash(pointer: Path) -> str | None:
    """The hash of the data that a `.dvc` file stands for; None where there is no such file; raises Failure (2)."""
    if not pointer.is_file():
        return None
    try:
        data: Any = safe_yaml.load(pointer.read_bytes())
        return str(data["outs"][0]["md5"])
    except (yaml.YAMLError, KeyError, IndexError, TypeError) as error:
        raise Failure(f"{pointer}: not a .dvc file: {error}", remedy=f"dvc add {pointer.name[:-4]}") from error
