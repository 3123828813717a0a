"""The files of a repository that workflows are read from."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.document.source import MAX_BYTES
from mlops_spec.errors import Failure
from mlops_spec.platforms.github.workflow.companions import companions, imported, is_settings
from mlops_spec.platforms.github.workflow.named_files import PIPELINE, named, tested
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

FOLDER = ".github/workflows"
#: A shell script by its path from the root.
SCRIPT = regex(r"(?<![\w./$-])(?:\./)?([\w-]+(?:/[\w.-]+)*\.sh)\b")
_HASHED = regex(r"\bhashFiles\(([^)\n]{0,2000})\)", re.IGNORECASE)
_QUOTED = regex(r"'([^']*)'")
_MOST, _LARGEST = 200, 1 << 16  # files that workflows run, and bytes of each
_USED = regex(rb"uses:\s*['\"]?[.$]/([\w./ -]+)")


def files(root: Path) -> dict[str, bytes]:
    """The workflows of a repository, the actions of its own that they use and what they run, by path from its root."""
    found = {path.relative_to(root).as_posix(): _read(path) for path in sorted((root / FOLDER).glob("*.y*ml"))}
    waiting = list(found.values())
    while waiting:
        for folder in _USED.findall(waiting.pop()):
            for path in _action_file(root, folder.decode("utf-8", "replace")):
                name = path.relative_to(root).as_posix()
                if name not in found:
                    found[name] = _read(path)
                    waiting.append(found[name])
    return found | _called_files(root, found.values())


def is_script(path: str) -> bool:
    """Whether a file is one that workflows run or look at, as against one that they are written in."""
    name = PurePosixPath(path)
    return is_settings(path) or name.suffix not in (".yml", ".yaml")


def absent(root: Path, found: Mapping[str, bytes]) -> frozenset[str]:
    """The patterns that workflows make hashes of and that no file of the repository has, as they are written."""
    if not any(path.name not in (".git", ".github") for path in root.iterdir()):
        return frozenset()  # workflows without their repository
    texts = [content.decode("utf-8", "replace") for path, content in found.items() if not is_script(path)]
    hashed = {pattern for text in texts for call in _HASHED.findall(text) for pattern in _QUOTED.findall(call)}
    return frozenset(pattern for pattern in hashed if not _may_match(root, pattern))


def _may_match(root: Path, pattern: str) -> bool:
    inside = pattern.removeprefix("./").strip("/")
    if not inside or pattern.startswith(("!", "~")) or "${" in pattern or ".." in PurePosixPath(inside).parts:
        return True
    try:
        return next(islice(root.glob(inside), 1), None) is not None
    except (ValueError, OSError, NotImplementedError):
        return True


def _called_files(root: Path, workflows: Iterable[bytes]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    waiting = [("", workflow.decode("utf-8", "replace"), False) for workflow in workflows]
    while waiting:
        start, text, staged = waiting.pop()
        tests = [path for folder in tested(text) for path in _test_files(root, folder)]
        beside = imported(start, text) if start.endswith(".py") else [*named(text), *tests]
        for path in [*beside, *companions(root, start, text)]:
            if path not in found and len(found) < _MOST and ".." not in path and (root / path).is_file():
                content = _read(root / path)
                if len(content) > _LARGEST:
                    continue
                found[path] = content
                if path.endswith(PIPELINE):
                    found |= _dvc_pointers((root / path).parent, root)
                of_stage = staged or path.endswith(PIPELINE)  # whose programs are read with what they import
                if of_stage or not path.endswith(".py"):
                    waiting.append((path, content.decode("utf-8", "replace"), of_stage))
    return found


def _dvc_pointers(folder: Path, root: Path) -> dict[str, bytes]:
    paths = [path for depth in ("*.dvc", "*/*.dvc", "*/*/*.dvc") for path in islice(folder.glob(depth), _MOST)]
    return {path.relative_to(root).as_posix(): b"" for path in sorted(paths) if path.is_file()}


def _test_files(root: Path, folder: str) -> list[str]:
    inside = PurePosixPath(folder)
    if ".." in inside.parts or inside.is_absolute():
        return []
    paths = (path for pattern in ("conftest.py", "test_*.py", "*_test.py") for path in (root / inside).rglob(pattern))
    return sorted(path.relative_to(root).as_posix() for path in islice(paths, _MOST))


def _action_file(root: Path, folder: str) -> list[Path]:
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
        root, inside = _root_and_path(path)
        meant = found.setdefault(root, set())
        if meant is not None:
            meant.add(inside)
    return found


def _workflows(root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in sorted((root / FOLDER).glob("*.y*ml"))]


def _root_and_path(path: Path) -> tuple[Path, str]:
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
