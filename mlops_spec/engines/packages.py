"""Registered packages from the engine's remote: the port that agents, gates and monitors fetch through."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

from mlops_spec.engines.dvc.fetch import Fetcher
from mlops_spec.engines.dvc.store_trouble import refuse_empty

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.git import Git
    from mlops_spec.spec import Spec


class Packages(Protocol):
    """The packages that release commits lock, in the remote that holds them."""

    def check(self, commit: str) -> None:
        """Raises Failure where this host can't know the remote by what a commit says of it (78)."""

    def fetch(self, commit: str, destination: Path) -> None:
        """Puts the package that `commit` locks into `destination`, which must not exist.

        What comes is compared with the lock's hashes; the caller verifies the package's own SHA-256.

        Raises:
            Failure: the commit locks no package (78), the remote's files were changed (1), or it gives none (69).
        """


def packages(git: Git, remote: str | None = None, root: Path | None = None) -> Packages:
    """Those of a repository, from the remote that its commits name, or from `remote` where that is given.

    A folder that the settings name relative to themselves lies beside `root`, the checkout on this host, if any.
    """
    return Fetcher(git, remote, root)


def refuse_empty_keys(spec: Spec) -> None:
    """Raises Failure (78) where a secret that the spec names for what scores reached this step as an empty text."""
    refuse_empty(spec, "score", os.environ)


def packages_of(git: Git, root: Path) -> Packages:
    """Those of a repository, from the remote that the checkout at `root` names where that is a folder."""
    return Fetcher.of_checkout(git, root)
