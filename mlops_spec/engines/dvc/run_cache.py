"""DVC's run cache: the results that it recorded for given inputs, and the removal of a record.

It lies in `.dvc/cache/runs`, a folder for each set of inputs with a file for each result.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

_FOLDER = Path(".dvc/cache/runs")


def forget_since(root: Path, moment: float) -> None:
    """Removes what was noted since a moment (seconds since the epoch)."""
    for entry in (root / _FOLDER).glob("*/*/*"):
        if entry.stat().st_mtime >= moment:
            entry.unlink()
    remove_empty(root)


def remove_empty(root: Path) -> None:
    """Removes empty folders, which a killed DVC leaves before it writes a note; the next DVC fails on them."""
    for folder in (root / _FOLDER).glob("*/*"):
        with suppress(OSError):  # it is not empty
            folder.rmdir()
