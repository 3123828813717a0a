"""The causes in the lock that all models of a repository share: the packages of one model's own environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.plan import Cause
from mlops_spec.repository.closure import changed_packages, closure

if TYPE_CHECKING:
    from pathlib import PurePosixPath


def package_causes(folder: PurePosixPath, before: str | None, after: str | None) -> tuple[Cause, ...] | None:
    """The packages that differ between two texts of the lock; None where one of them can't be read as one."""
    old, new = closure(before, str(folder)), closure(after, str(folder))
    if old is None or new is None:
        return None
    return tuple(Cause("package", each.name, each.before, each.after) for each in changed_packages(old, new))
