"""The files of a repository that workflows are read from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.source import MAX_BYTES
from mlops_spec.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FOLDER = ".github/workflows"
_ACTIONS = ".github/actions"


def files(root: Path) -> dict[str, bytes]:
    """The workflows and the composite actions of a repository, by their path from its root."""
    found = [*sorted((root / FOLDER).glob("*.y*ml")), *sorted((root / _ACTIONS).glob("**/action.y*ml"))]
    return {path.relative_to(root).as_posix(): _read(path) for path in found}


def repositories(given: Iterable[Path]) -> dict[Path, set[str] | None]:
    """The roots that paths belong to, and which workflows of each are meant; None: those that are ours.

    A folder is a root; a file is a workflow, whatever it is called.

    Raises:
        Failure: something is not there.
    """
    found: dict[Path, set[str] | None] = {}
    for path in given:
        if path.is_dir():
            found[path] = None
            continue
        if not path.is_file():
            raise Failure(f"{path}: no such file", remedy="name a workflow, or a repository's root")
        root = path.parent.parent.parent if is_workflow(path) else path.parent
        meant = found.setdefault(root, set())
        if meant is not None:
            meant.add(path.relative_to(root).as_posix())
    return found


def is_workflow(path: Path) -> bool:
    """Whether a path names a workflow, as against a spec."""
    return path.suffix in (".yml", ".yaml") and path.absolute().parent.as_posix().endswith(f"/{FOLDER}")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Failure(f"{path}: can't be read: {error.strerror}") from error
