"""The data of a repository, found in its clone and copied to where a rehearsal's jobs fetch it; without DVC.

A DVC remote that is a folder is laid out as the cache is, so both are looked at alike. Nothing is written to either.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from mlops_spec.document import safe_yaml
from mlops_spec.engines.dvc.config import of_checkout
from mlops_spec.engines.dvc.home import home_of
from mlops_spec.engines.dvc.names import FOLDER, LOCK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlops_spec.git import Tree

_LAID = PurePosixPath("files/md5")


@dataclass(frozen=True)
class Object:
    """A file, or a folder (its MD5 ends with `.dir`), by the path that a commit gives it."""

    path: str
    md5: str

    @property
    def place(self) -> PurePosixPath:
        return _LAID / self.md5[:2] / self.md5[2:]


def tracked(tree: Tree) -> list[Object]:
    """What a commit says of its data: the outputs of its `.dvc` files."""
    files = [PurePosixPath(entry.path) for entry in tree.entries() if entry.path.endswith(".dvc")]
    return [each for file in files for each in of_file(file, tree.read(file))]


def of_file(name: PurePosixPath, content: bytes | None) -> list[Object]:
    """The outputs of one `.dvc` file, by their paths in the repository."""
    outs = _outputs(_loaded(content))
    return [Object(str(name.parent / str(out.get("path", ""))), str(out["md5"])) for out in outs]


def made(tree: Tree) -> list[Object]:
    """What a commit says that its stages made."""
    stages = _loaded(tree.read(LOCK)).get("stages")
    entries = stages.values() if isinstance(stages, dict) else ()
    return [Object(str(out.get("path", "")), str(out["md5"])) for stage in entries for out in _outputs(stage)]


def places(root: Path) -> tuple[Path, ...]:
    """The folders of this machine that may hold them: the cache, then remotes that are folders."""
    settings = of_checkout(root)
    remotes = [each.url for each in settings.remotes if each.url and "://" not in each.url]
    return tuple(
        Path(os.path.normpath(home_of(root) / FOLDER / place)) for place in (settings.cache or "cache", *remotes)
    )


def lacking(objects: Iterable[Object], folders: Iterable[Path]) -> list[Object]:
    """Those that no folder has, or has not whole."""
    where = tuple(folders)
    return [each for each in objects if any(_find(part, where) is None for part in _with_contents(each, where))]


def copy(objects: Iterable[Object], folders: Iterable[Path], storage: Path) -> int:
    """Copies those that are there into a DVC remote that is a folder; how many files that were."""
    where, count = tuple(folders), 0
    for each in objects:
        for part in _with_contents(each, where):
            source, target = _find(part, where), storage / part.place
            if source is not None and not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
                count += 1
    return count


def _with_contents(whole: Object, folders: tuple[Path, ...]) -> Iterator[Object]:
    yield whole
    listing = _find(whole, folders) if whole.md5.endswith(".dir") else None
    if listing is not None:
        for entry in json.loads(listing.read_bytes()):
            yield Object(f"{whole.path}/{entry['relpath']}", entry["md5"])


def _find(one: Object, folders: tuple[Path, ...]) -> Path | None:
    return next((folder / one.place for folder in folders if (folder / one.place).is_file()), None)


def _outputs(entry: Any) -> Iterator[dict[str, Any]]:
    outs = entry.get("outs") if isinstance(entry, dict) else None
    yield from (out for out in outs or () if isinstance(out, dict) and isinstance(out.get("md5"), str))


def _loaded(content: bytes | None) -> dict[str, Any]:
    found = safe_yaml.load((content or b"").decode(errors="replace"))
    return found if isinstance(found, dict) else {}
