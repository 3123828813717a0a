"""The folders that a pipeline writes to: none of them is a link that leads out of the repository."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from mlops_spec import layout
from mlops_spec.files import followed
from mlops_spec.pipeline.durations import OURS
from mlops_spec.pipeline.inputs import writes_and_reads

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_OURS = (layout.SPLIT, layout.MODEL, layout.EVALUATE, layout.PLOTS, layout.PACKAGE, OURS)


def check_places(root: Path, stages: Mapping[str, Mapping[str, Any]]) -> None:
    """Raises Failure (78), which names the link, for one of ours or one that a stage writes to.

    A file that is a link is no matter: DVC may have put it there, and replaces it.
    """
    written = (PurePosixPath(path).parent for stage in stages.values() for path in writes_and_reads(stage)[0])
    for folder in (*_OURS, *dict.fromkeys(written)):
        followed(root / folder)
