"""A plan of a repository of many models: those that a change touches, each with why, and what is wrong with others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import PurePosixPath

    from mlops_spec.errors import Failure
    from mlops_spec.plan import Cause, Plan
    from mlops_spec.spec.compute import Compute


@dataclass(frozen=True)
class Affected:
    """A model that the change touches: why, what it would do, and whether a run could tell something new of it."""

    model: str
    folder: PurePosixPath
    causes: tuple[Cause, ...]
    plan: Plan
    trains: bool
    compute: Compute
    #: the folder that the base has it in, where that is another one
    moved_from: PurePosixPath | None = None
    #: the models whose outputs it reads, as far as these run
    follows: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Removed:
    """A model that the base has and the work tree has not; the version that each environment serves of it."""

    model: str
    #: where the base has it; None where the ledger alone knows it
    folder: PurePosixPath | None
    live: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Plans:
    """The plans of all models that are touched, of so many; `base` is what they are compared with, in words."""

    count: int
    base: str
    affected: tuple[Affected, ...]
    removed: tuple[Removed, ...]
    broken: tuple[tuple[PurePosixPath, Failure], ...]
    #: whether the base has a model at all
    compares: bool = True

    @property
    def changes(self) -> bool:
        """Whether anything would change."""
        return bool(self.affected or self.removed or self.broken)

    @property
    def trains(self) -> bool:
        """Whether a model trains."""
        return any(each.trains for each in self.affected)
