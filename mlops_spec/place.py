"""Where one model lies in its repository, and what everything that is its own is called."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

from mlops_spec.model_folder import DEPLOY

if TYPE_CHECKING:
    from mlops_spec.git import Git

Purpose = Literal["promote", "rollback", "retrain"]
_ROOT = PurePosixPath()


def tag_of(model: str, version: str = "v*") -> str:
    """The tag of a model's version; the pattern of all of them where none is named."""
    return f"{model}@{version}"


@dataclass(frozen=True)
class Place:
    """One model in the checkout `root`: its folder there, and the names that it has in Git and on GitHub.

    The only model of a repository lies at its root, and has the short names.

    >>> alone, one_of_many = Place(Path(), "churn"), Place(Path(), "churn", PurePosixPath("models/churn"))
    >>> str(alone.deploy("staging")), alone.branch("promote", "staging")
    ('deploy/staging.yaml', 'mlops/promote-staging')
    >>> str(one_of_many.deploy("staging")), one_of_many.branch("promote", "staging")
    ('models/churn/deploy/staging.yaml', 'mlops/promote-churn-staging')
    """

    root: Path
    model: str
    folder: PurePosixPath = _ROOT

    @classmethod
    def of(cls, git: Git, model: str) -> Place:
        """The model whose folder a repository was opened in."""
        here = git.directory.absolute()
        return cls(here.parents[len(git.folder.parts) - 1] if git.folder.parts else here, model, git.folder)

    @property
    def path(self) -> Path:
        """The model's folder on the disk."""
        return self.root / self.folder

    def at(self, inside: str | PurePosixPath) -> PurePosixPath:
        """A path inside the model's folder as a commit names it."""
        return self.folder / inside

    def deploy(self, environment: str) -> PurePosixPath:
        """The file that declares what an environment serves, as a commit names it."""
        return self.at(DEPLOY / f"{environment}.yaml")

    def branch(self, purpose: Purpose, environment: str) -> str:
        """The branch of the one pull request of this purpose that an environment has open."""
        return f"mlops/{purpose}-{environment}" if self.alone else f"mlops/{purpose}-{self.model}-{environment}"

    @property
    def alone(self) -> bool:
        """Whether it is the only model of its repository, and lies at the root."""
        return self.folder == _ROOT
