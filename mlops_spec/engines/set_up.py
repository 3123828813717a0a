"""Where the engine is set up, and where it keeps what one checkout needs and Git has not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.engines.dvc.home import home_of, state_of
from mlops_spec.engines.dvc.names import FOLDER

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["is_set_up", "state_of"]


def is_set_up(folder: Path) -> bool:
    """Whether the engine was set up for the model in a folder of a checkout."""
    return (home_of(folder) / FOLDER).is_dir()
