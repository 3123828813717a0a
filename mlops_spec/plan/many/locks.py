"""The one lock of a repository of many models: which packages of a model's own environment changed in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlops_spec.plan import Cause
from mlops_spec.repository.closure import Closure, changed_packages, closure
from mlops_spec.repository.requirement import LOCK

if TYPE_CHECKING:
    from pathlib import PurePosixPath

    from mlops_spec.plan.many.objects import Objects


@dataclass(frozen=True)
class Locks:
    """The lock at the repository's root in several of its states, each read once."""

    objects: Objects
    _closures: dict[tuple[str, str], Closure | None] = field(default_factory=dict)
    _texts: dict[str, str | None] = field(default_factory=dict)

    def causes(self, folder: PurePosixPath, before: str, after: str) -> tuple[Cause, ...] | None:
        """The packages of a model that differ between two revisions; None where one has no lock that can be read."""
        old, new = (self._closure(revision, str(folder)) for revision in (before, after))
        if old is None or new is None:
            return None
        return tuple(Cause("package", each.name, each.before, each.after) for each in changed_packages(old, new))

    def _closure(self, revision: str, folder: str) -> Closure | None:
        if revision not in self._texts:
            (content,) = self.objects.contents(revision, [LOCK])
            self._texts[revision] = None if content is None else content.decode(errors="replace")
        if (revision, folder) not in self._closures:
            self._closures[revision, folder] = closure(self._texts[revision], folder)
        return self._closures[revision, folder]
