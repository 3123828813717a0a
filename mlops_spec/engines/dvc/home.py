"""Where DVC is at home: at a repository's root, for the models of all of its folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.engines.dvc.names import FOLDER, STATE
from mlops_spec.repository.root import above, root_of

if TYPE_CHECKING:
    from pathlib import Path


def home_of(folder: Path) -> Path:
    """The folder with `.dvc` for a model's: itself, or the root of its repository."""
    return folder if (folder / FOLDER).is_dir() else root_of(folder)


def state_of(folder: Path) -> Path:
    """What this checkout keeps of one model's runs; Git has none of it."""
    home = home_of(folder)
    inside = folder.absolute().relative_to(home.absolute()) if above(folder, home) else ""
    return home / STATE / inside
