"""The two sides that a plan compares: the stages as they would run, and the hashed files of the work tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from mlops_spec.engines.dvc.declared import declared
from mlops_spec.engines.dvc.stages import Rendering
from mlops_spec.engines.dvc.work_tree import WorkTree, recorded_hash

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.engines.stage import Stage
    from mlops_spec.git import Git
    from mlops_spec.render.output import Rendered


__all__ = ["Hashes", "declared", "hashes_of", "planned", "recorded_hash"]


class Hashes(Protocol):
    """The files of a work tree."""

    def md5(self, path: str) -> str | None:
        """The hash of a file or folder as a lock has it; of data that is not here, the one that Git knows."""

    def tracked(self, path: str) -> bool:
        """Whether the engine keeps the path itself, so that Git knows only its hash."""


def planned(pipeline: Rendered) -> tuple[Stage, ...]:
    """The stages of the rendered pipeline; its text is parsed only where an overlay changed it.

    Raises:
        Failure: it is not readable (exit 2).
    """
    stages = pipeline.values["stages"]
    if pipeline.text != pipeline.base or not isinstance(stages, tuple):
        return declared(pipeline.text)
    return tuple(stage.value for stage in stages if isinstance(stage, Rendering))


def hashes_of(root: Path, git: Git) -> Hashes:
    """Those of the work tree at `root`."""
    return WorkTree(root, git)
