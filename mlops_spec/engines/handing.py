"""Files handed from machine to machine through the engine's remote, by their hashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.engines.dvc.handing import Store
from mlops_spec.engines.dvc.store_trouble import keys_of

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.spec import Spec

__all__ = ["Store", "store_of"]


def store_of(root: Path, spec: Spec) -> Store:
    """The storage of the repository at `root`, to which jobs sign in as the spec says; Failure (78) for none."""
    return Store.of(root, keys_of(spec))
