"""The versions that main's deploy files declare, for whoever compares them with the ledger."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.ledger.compare import Pin
from mlops_spec.model_folder import DEPLOY
from mlops_spec.release.declared import Declared, declared_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.git import Tree


def pins(main: Tree) -> Iterator[Pin]:
    """Every version that a commit declares.

    Raises:
        Failure: a deploy file is not in its shape (exit 2).
    """
    for entry in main.entries(DEPLOY):
        path = PurePosixPath(entry.path)
        if path.suffix != ".yaml" or path.parent != DEPLOY:
            continue
        said = declared_in(main, path.stem)
        if isinstance(said, Declared) and said.version is not None and said.digest is not None:
            yield Pin(entry.path, said.model, said.version, said.digest)
