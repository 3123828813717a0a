"""The folder of a rehearsal: created, or cleared of what an earlier rehearsal left."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from collections.abc import Callable

MARK = ".mlops-rehearsal"  # tells our folder from one with somebody's work in it


def prepared(into: Path | None, *, clear: Callable[[Path], None]) -> Path:
    """An empty folder: `into`, or a temporary one; `clear` stops what an earlier rehearsal left running there.

    Raises:
        Failure: `into` holds something else than a rehearsal (exit 2), or can't be made (78).
    """
    folder = Path(tempfile.mkdtemp(prefix="mlops-rehearsal-")) if into is None else into.absolute()
    refuse_foreign(folder)
    try:
        if (folder / MARK).exists():
            clear(folder)
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARK).touch()
    except OSError as error:
        raise Failure(f"{error.filename or folder}: {error.strerror}", exit_code=Exit.CONFIG) from error
    return folder


def refuse_foreign(folder: Path) -> None:
    """Raises Failure (exit 2) where the folder holds something that is not an earlier rehearsal."""
    if (folder / MARK).is_file():
        return
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Failure(
            f"{folder} is not empty, and not a rehearsal", remedy="name a new folder with --into, or empty that one"
        )
