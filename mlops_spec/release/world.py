"""The facts that decisions about an environment rest on: the ledger, and main as one commit has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from mlops_spec import ledger, model_folder
from mlops_spec.errors import Failure
from mlops_spec.place import Place
from mlops_spec.repository.names import names_at
from mlops_spec.validate.at_commit import spec_at

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import PurePosixPath

    from mlops_spec.git import Git, Tree
    from mlops_spec.ledger import ModelState, Record
    from mlops_spec.ledger.state import State
    from mlops_spec.spec import Spec
    from mlops_spec.spec.environments import Environment


@dataclass(frozen=True)
class World:
    """What a decision is made on: the ledger, of it the state of the spec's model, and main as it was checked out."""

    git: Git
    commit: str
    spec: Spec
    records: tuple[Record, ...]
    state: ModelState
    now: datetime

    @property
    def main(self) -> Tree:
        """The files of the model at that commit."""
        return self.git.here(self.commit)

    @property
    def place(self) -> Place:
        """Where the model lies, and what is called after it."""
        return Place.of(self.git, self.spec.model)

    def environment(self, name: str) -> Environment:
        """An environment of the spec."""
        found = self.spec.environments.get(name)
        if found is None:
            raise Failure(
                f"{model_folder.SPEC}: no environment {name!r}", remedy=f"there is {', '.join(self.spec.environments)}"
            )
        return found


@dataclass(frozen=True)
class Worlds:
    """The facts about all models of a repository, read once."""

    git: Git
    commit: str
    records: tuple[Record, ...]
    now: datetime

    @cached_property
    def state(self) -> State:
        """What the records add up to."""
        return ledger.replay(self.records)

    @cached_property
    def folders(self) -> dict[str, PurePosixPath]:
        """The folder of each model at that commit."""
        return names_at(self.git.tree(self.commit))

    def of(self, model: str) -> World:
        """The facts about one of them.

        Raises:
            Failure: the commit has no such model, or its spec is invalid (exit 2).
        """
        if model not in self.folders:
            raise Failure(f"commit {self.commit[:12]} has no model {model!r}", remedy=_some(self.folders))
        git = self.git.within(self.folders[model])
        spec = spec_at(git.here(self.commit))
        return World(git, self.commit, spec, self.records, self.state.of(model), self.now)


def _some(known: Iterable[str]) -> str:
    names = sorted(known)
    return f"it has {', '.join(names[:8])}{f' and {len(names) - 8} more' if names[8:] else ''}" if names else ""


def look_at_all(git: Git, *, revision: str = "HEAD", now: datetime | None = None) -> Worlds:
    """Reads the ledger, for all models of a commit.

    Raises:
        Failure: the ledger does not hold (1), or the remote doesn't answer (69).
    """
    return Worlds(git, git.commit_id(revision), ledger.read(git), now or datetime.now(UTC))


def look(git: Git, *, revision: str = "HEAD", at: str | None = None, now: datetime | None = None) -> World:
    """Reads the ledger (as its commit `at` has it) and the spec.

    Raises:
        Failure: the ledger or the spec does not hold (1, 2), or the remote doesn't answer (69).
    """
    tree = git.here(revision)
    spec = spec_at(tree)
    records = ledger.read(git, at=at)
    return World(git, tree.commit, spec, records, ledger.replay(records).of(spec.model), now or datetime.now(UTC))
