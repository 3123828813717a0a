"""What the stages that will run write: another model may read it, and then runs after them."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.spec.stages import overlap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import PurePosixPath

    from mlops_spec.engines.stage import Stage
    from mlops_spec.plan import StagePlan
    from mlops_spec.plan.causes import Upstream


class _Writer(NamedTuple):
    folder: PurePosixPath
    model: str
    stage: str

    @property
    def shown(self) -> str:
        return f"{self.model}:{self.stage}"


@dataclass
class Written:
    """The paths from the root that running stages write, and by whom."""

    by: dict[str, _Writer] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)

    def note(self, folder: PurePosixPath, model: str, stages: Iterable[Stage], plans: Iterable[StagePlan]) -> None:
        """Takes what the running stages of a model write."""
        running = {plan.name for plan in plans if plan.runs}
        for stage in stages:
            if stage.name in running:
                paths = (posixpath.normpath(f"{folder}/{path}") for path in stage.writes)
                self.by |= dict.fromkeys(paths, _Writer(folder, model, stage.name))

    def since_last(self) -> dict[str, PurePosixPath]:
        """What came since this was asked last, with the folder of the model that writes it."""
        came = {path: writer.folder for path, writer in self.by.items() if path not in self._told}
        self._told |= came.keys()
        return came

    def upstream(self, folder: PurePosixPath) -> Upstream:
        """Which stages of other models write what a model in this folder calls by a path."""

        def writers(path: str) -> Iterator[str]:
            return (writer.shown for writer in self._writers(folder, path))

        return writers

    def followed(self, folder: PurePosixPath, stages: Iterable[Stage]) -> frozenset[str]:
        """The other models whose running stages write what these stages read."""
        return frozenset(
            writer.model for stage in stages for path in stage.reads for writer in self._writers(folder, path)
        )

    def _writers(self, folder: PurePosixPath, path: str) -> Iterator[_Writer]:
        if path.startswith("../"):
            whole = posixpath.normpath(f"{folder}/{path}")
            yield from (
                writer for wrote, writer in self.by.items() if writer.folder != folder and overlap(wrote, whole)
            )
