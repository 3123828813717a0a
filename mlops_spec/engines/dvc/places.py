"""The folders that a pipeline and its engine write to: none of them is a link that leads out of the repository."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from mlops_spec import layout
from mlops_spec.engines.durations import OURS
from mlops_spec.engines.dvc.inputs import writes_and_reads
from mlops_spec.system.files import followed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_OURS = (layout.SPLIT, layout.MODEL, layout.EVALUATE, layout.PLOTS, layout.PACKAGE, OURS)
# how deep DVC opens what is there instead of replacing it: its locks, the folders of its objects and of its notes
_OF_DVC = {".dvc/tmp": 2, ".dvc/cache": 3}


def check_places(root: Path, stages: Mapping[str, Mapping[str, Any]]) -> None:
    """Raises Failure (78), which names the link, for one of ours or one that a stage writes to.

    A file that is a link is no matter: DVC may have put it there, and replaces it.
    """
    written = (PurePosixPath(path).parent for stage in stages.values() for path in writes_and_reads(stage)[0])
    for folder in (*_OURS, *dict.fromkeys(written)):
        followed(root / folder)


def check_engine(root: Path) -> None:
    """Raises Failure (78), which names the link, for what DVC writes to besides; a cache may lie where a setting says.

    `dvc cache dir --local` is that setting.
    """
    for folder, depth in _OF_DVC.items():
        for link in _links(followed(root / folder), depth):
            followed(link)


def _links(folder: Path, depth: int) -> Iterator[Path]:
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_symlink():
            yield path
        elif depth > 1:
            yield from _links(path, depth - 1)
