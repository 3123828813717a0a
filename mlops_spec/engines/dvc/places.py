"""Checks that no folder that DVC writes to is a link out of the repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.engines.dvc.names import FOLDER
from mlops_spec.system.files import followed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# how deep DVC opens what is there instead of replacing it: its locks, the folders of its objects and of its notes
_DEEP = {FOLDER / "tmp": 2, FOLDER / "cache": 3}


def check_engine(root: Path) -> None:
    """Raises Failure (78), which names the link; a cache may lie where a setting says.

    `dvc cache dir --local` is that setting.
    """
    for folder, depth in _DEEP.items():
        for link in _links(followed(root / folder), depth):
            followed(link)


def _links(folder: Path, depth: int) -> Iterator[Path]:
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_symlink():
            yield path
        elif depth > 1:
            yield from _links(path, depth - 1)
