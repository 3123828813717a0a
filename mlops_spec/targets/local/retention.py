"""The predictions on the host: where those of a model lie, and how long they are kept."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from mlops_spec.targets.target import home_of

if TYPE_CHECKING:
    from pathlib import Path


def predictions_of(state: Path, name: str) -> Path:
    """The folder for a model's predictions in an agent's folder; `name` is empty for the only model."""
    return home_of(state, name) / "predictions"


def prune(folder: Path, keep_seconds: float) -> None:
    """Removes files of the prediction log whose last record is older than that."""
    limit = time.time() - keep_seconds
    for file in folder.glob("predictions-*.jsonl"):
        if file.stat().st_mtime < limit:
            file.unlink(missing_ok=True)
