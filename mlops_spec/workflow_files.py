"""The files of a repository that workflows are read from."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.document.source import MAX_BYTES
from mlops_spec.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

FOLDER = ".github/workflows"
MAKEFILE = "Makefile"
#: A shell script by its path from the root.
SCRIPT = re.compile(r"(?<![\w./$-])(?:\./)?([\w-]+(?:/[\w.-]+)*\.sh)\b")
_USED = re.compile(rb"uses:\s*['\"]?[.$]/([\w./ -]+)")


def files(root: Path) -> dict[str, bytes]:
    """The workflows of a repository and the actions of its own that they use, by their path from its root."""
    found = {path.relative_to(root).as_posix(): _read(path) for path in sorted((root / FOLDER).glob("*.y*ml"))}
    waiting = list(found.values())
    while waiting:
        for folder in _USED.findall(waiting.pop()):
            for path in _actions(root, folder.decode("utf-8", "replace")):
                name = path.relative_to(root).as_posix()
                if name not in found:
                    found[name] = _read(path)
                    waiting.append(found[name])
    return found | _scripts(root, found.values())


def is_script(path: str) -> bool:
    """Whether a file is one that workflows run, as against one that they are written in."""
    return path.endswith(".sh") or path == MAKEFILE


def _scripts(root: Path, workflows: Iterable[bytes]) -> dict[str, bytes]:
    """The shell scripts below the root that workflows or the Makefile name, and the Makefile."""
    makefile = {MAKEFILE: _read(root / MAKEFILE)} if (root / MAKEFILE).is_file() else {}
    texts = [each.decode("utf-8", "replace") for each in (*workflows, *makefile.values())]
    named = sorted({path for each in texts for path in SCRIPT.findall(each) if ".." not in path})
    return makefile | {path: _read(root / path) for path in named if (root / path).is_file()}


def _actions(root: Path, folder: str) -> list[Path]:
    """The file of an action in a folder of the repository; none where the name leads out of it."""
    parts = PurePosixPath(folder).parts
    if ".." in parts or not parts:
        return []
    return [path for name in ("action.yml", "action.yaml") if (path := root.joinpath(*parts, name)).is_file()]


def repositories(given: Iterable[Path], *, all_of: Collection[Path] = ()) -> dict[Path, set[str] | None]:
    """The roots that paths belong to, and which workflows of each are meant; None: those that are ours.

    A folder is a root; a file is a workflow, whatever it is called. `all_of` the roots every workflow is meant.

    Raises:
        Failure: something is not there.
    """
    found: dict[Path, set[str] | None] = {}
    for path in given:
        if path.is_dir():
            found[path] = set(_workflows(path)) if path in all_of else None
            if path in all_of and not found[path]:
                raise Failure(f"{path}: no workflow in {FOLDER}", remedy="name a workflow, or a repository's root")
            continue
        if not path.is_file():
            raise Failure(f"{path}: no such file", remedy="name a workflow, or a repository's root")
        root, inside = _rooted(path)
        meant = found.setdefault(root, set())
        if meant is not None:
            meant.add(inside)
    return found


def _workflows(root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in sorted((root / FOLDER).glob("*.y*ml"))]


def _rooted(path: Path) -> tuple[Path, str]:
    """The root that a file belongs to, and its path from there; its folder where its place makes it no workflow."""
    if not is_workflow(path):
        return path.parent, path.name
    whole = path if len(path.parts) > 2 else path.absolute()  # one that is named from within the folder
    root = whole.parents[2]
    return root, whole.relative_to(root).as_posix()


def is_workflow(path: Path) -> bool:
    """Whether a path names a workflow, as against a spec."""
    return path.suffix in (".yml", ".yaml") and path.absolute().parent.as_posix().endswith(f"/{FOLDER}")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Failure(f"{path}: can't be read: {error.strerror}") from error
