"""The files of an adoption, written all together or not at all, and never over what is there."""

from __future__ import annotations

import os
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.errors import Failure
from mlops_spec.render.write.bring_back import bring_back
from mlops_spec.render.write.journal import Change
from mlops_spec.start.new.atomic_folder import undisturbed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def write_new(root: Path, files: Mapping[str, str], edited: Mapping[str, tuple[bytes, str]] | None = None) -> None:
    """Writes new files, by their paths from the root; `edited` are those there already, with what they were.

    Raises:
        Failure: one of the new ones is there already, one of the others has changed, or the disk refuses.
    """
    for path in files:
        refuse_there(root / path)
    changes = [Change(PurePosixPath(path), None, content.encode()) for path, content in files.items()]
    for path, (old, content) in (edited or {}).items():
        changes.append(Change(PurePosixPath(path), old, content.encode()))
    with undisturbed():
        bring_back(root, changes)


def refuse_there(file: Path) -> None:
    """Raises Failure where there is anything of this name."""
    if os.path.lexists(file):
        raise Failure(f"{file} is there already", remedy="`adopt` never writes over it: move it away to begin again")
