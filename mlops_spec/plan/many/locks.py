"""The one lock of a repository of many models, in several of its states."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlops_spec.plan.packages import package_causes
from mlops_spec.repository.requirement import LOCK

if TYPE_CHECKING:
    from pathlib import PurePosixPath

    from mlops_spec.plan import Cause
    from mlops_spec.plan.many.objects import Objects


@dataclass(frozen=True)
class Locks:
    """The lock at the repository's root; each of its states is read once."""

    objects: Objects
    _texts: dict[str, str | None] = field(default_factory=dict)

    def causes(self, folder: PurePosixPath, before: str, after: str) -> tuple[Cause, ...] | None:
        """The packages of a model that differ between two revisions; None where one has no lock that can be read."""
        return package_causes(folder, self._text(before), self._text(after))

    def _text(self, revision: str) -> str | None:
        if revision not in self._texts:
            (content,) = self.objects.contents(revision, [LOCK])
            self._texts[revision] = None if content is None else content.decode(errors="replace")
        return self._texts[revision]
