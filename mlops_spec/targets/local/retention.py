"""The retention of predictions on the host."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def prune(folder: Path, keep_seconds: float) -> None:
    """Removes files of the prediction log whose last record is older than that."""
    limit = time.time() - keep_seconds
    for file in folder.glob("predictions-*.jsonl"):
        if file.stat().st_mtime < limit:
            file.unlink(missing_ok=True)
