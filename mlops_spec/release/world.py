"""The facts that decisions about an environment rest on: the ledger, and main as one commit has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mlops_spec import ledger, model_folder
from mlops_spec.errors import Failure
from mlops_spec.place import Place
from mlops_spec.validate.at_commit import spec_at

if TYPE_CHECKING:
    from mlops_spec.git import Git, Tree
    from mlops_spec.ledger import ModelState, Record
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


def look(git: Git, *, revision: str = "HEAD", at: str | None = None, now: datetime | None = None) -> World:
    """Reads the ledger (as its commit `at` has it) and the spec.

    Raises:
        Failure: the ledger or the spec does not hold (1, 2), or the remote doesn't answer (69).
    """
    tree = git.here(revision)
    spec = spec_at(tree)
    records = ledger.read(git, at=at)
    return World(git, tree.commit, spec, records, ledger.replay(records).of(spec.model), now or datetime.now(UTC))
