"""The stages of a pipeline as values, for every engine: as they would run, and as they ran."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlops_spec.spec.stages import overlap

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Stage:
    """A stage as it would run; `params` are dotted keys of the spec, paths are relative to the repository.

    `other_params` are keys of other files that somebody had it depend on besides, `param_files` those files.
    """

    name: str
    command: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    params: tuple[str, ...]
    other_params: tuple[str, ...] = ()
    param_files: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """All the parameters that it depends on."""
        return (*self.params, *self.other_params)

    def feeds(self, other: Stage) -> bool:
        """Whether the other stage reads what this one writes, a folder around it, or a file in it."""
        return any(self.makes(read) for read in other.reads)

    def makes(self, path: str) -> bool:
        """Whether it writes this path, a folder around it, or a file in it."""
        return any(overlap(wrote, path) for wrote in self.writes)


@dataclass(frozen=True)
class LockedStage:
    """A stage as it ran: its command, the hash of what it read and wrote by path, and the parameters by their keys."""

    command: str
    reads: Mapping[str, str]
    writes: Mapping[str, str]
    params: Mapping[str, Any]


Lock = dict[str, LockedStage]  # by the stages' names
