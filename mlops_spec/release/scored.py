"""The models of a commit that a workflow scores in an environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.errors import Failure
from mlops_spec.platforms.github.matrix import asked_in
from mlops_spec.repository.names import names_at
from mlops_spec.validate.at_commit import spec_at

if TYPE_CHECKING:
    from collections.abc import Collection

    from mlops_spec.git import Git


def models_scored(git: Git, environment: str, names: Collection[str], matrix: str) -> tuple[str, ...]:
    """Those that have it as one that scores: those named where some are, and those that a matrix asks for, if any.

    Raises:
        Failure: no model has one of the names (exit 2), or the matrix is none (exit 1).
    """
    folders = names_at(git.tree())
    if unknown := sorted(set(names) - set(folders)):
        raise Failure(f"this commit has no model {unknown[0]!r}", remedy=f"it has {', '.join(sorted(folders))}")
    wanted = names or folders
    asked = asked_in(matrix, environment) if matrix.strip() else frozenset(wanted)
    specs = {name: spec_at(git.within(folders[name]).here()) for name in sorted(asked.intersection(wanted))}
    return tuple(name for name, spec in specs.items() if environment in spec.batches)
