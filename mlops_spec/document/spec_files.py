"""Which files are meant: a file is itself, a folder is every spec below it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.document.source import MAX_BYTES
from mlops_spec.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Folders that hold what others wrote, or what was made from specs.
_PASSED_BY = frozenset(("build", "dist", "node_modules", "site-packages", "venv", "__pycache__"))


def contents(paths: Iterable[str | Path]) -> dict[str, bytes]:
    """The bytes of each file that is meant, one more than allowed of one that is too large.

    Raises:
        Failure: something is not there or can't be read, or a folder holds no spec.
    """
    return {str(path): _read(path) for given in paths for path in _meant(Path(given))}


def _meant(given: Path) -> Iterable[Path]:
    if not os.path.isdir(given):  # noqa: PTH112 - Path.is_dir raises for names that no file can have
        return [given]
    found = sorted(below(given))
    if not found:
        raise Failure(
            f"{given}: no {model_folder.SPEC} in this folder", remedy="`mlops-spec new` makes a repository with one"
        )
    return found


def below(folder: Path) -> Iterator[Path]:
    """Every spec in a folder, but for those in folders that hold what others wrote, or what was made."""
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in _PASSED_BY]
        if model_folder.SPEC.name in files:
            yield Path(place, model_folder.SPEC.name)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise Failure(f"{path}: no such file", remedy="name a spec or a folder with one") from error
    except (OSError, ValueError) as error:
        raise Failure(f"{path}: can't be read: {getattr(error, 'strerror', None) or error}") from error
