"""The rendered files that a change touches."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from mlops_spec.plan import FileChange

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path, PurePosixPath

    from mlops_spec.git import Tree
    from mlops_spec.plan import Change


def changed_files(
    root: Path, base: Tree | None, texts: Mapping[PurePosixPath, str], removed: Iterable[PurePosixPath]
) -> tuple[FileChange, ...]:
    """What rendering makes of the spec beside what the base has; `removed` are the base's that are rendered no more."""
    wanted: dict[PurePosixPath, str | None] = {**texts, **dict.fromkeys(removed)}
    found = (_change(root, base, path, text) for path, text in sorted(wanted.items()))
    return tuple(change for change in found if change)


def _change(root: Path, base: Tree | None, path: PurePosixPath, new: str | None) -> FileChange | None:
    content = base.read(path) if base else None
    old = content.decode(errors="replace") if content is not None else None
    stale = _on_disk(root / path) != new
    if old == new and not stale:
        return None
    return FileChange(str(path), _kind(old, new), *_came_and_went(old or "", new or ""), stale)


def _kind(old: str | None, new: str | None) -> Change:
    return "added" if old is None else "removed" if new is None else "changed"


def _on_disk(file: Path) -> str | None:
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else None


def _came_and_went(old: str, new: str) -> tuple[int, int]:
    signs = [line[0] for line in difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm="")][2:]
    return signs.count("+"), signs.count("-")
