"""The folders whose specs `lint` reads at the root of a repository of many models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import did_you_mean
from mlops_spec.document.spec_files import below
from mlops_spec.errors import Failure
from mlops_spec.git import Git
from mlops_spec.lint.patterns import patterns_in
from mlops_spec.model_folder import SPEC
from mlops_spec.repository.models import folders_here, meant, name_in
from mlops_spec.repository.root import is_repository, project_of, root_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_MODULES = ".gitmodules"


def folders_below(directory: Path, names: Sequence[str]) -> list[Path]:
    """Those of all models below, or of these names, as paths from where we are; submodules' specs are told as none.

    Raises:
        Failure: no model has one of the names (exit 2).
    """
    root = root_of(directory)
    if not is_repository(root):
        return []
    git = Git.open(directory)
    folders = [root / folder for folder in meant(folders_here(git), patterns_in(project_of(root) or b""))]
    if not names:
        return [*folders, *_in_submodules(directory)]
    known = {folder: name_in((folder / SPEC).read_bytes()) for folder in folders}
    for name in names:
        if name not in known.values():
            there = filter(None, known.values())
            raise Failure(f"--model {name}: no model is called so", remedy=did_you_mean(name, there))
    return [folder for folder, name in known.items() if name in names]


def _in_submodules(directory: Path) -> Iterator[Path]:
    listed = directory / _MODULES
    if not listed.is_file():
        return
    for line in listed.read_text(encoding="utf-8", errors="replace").splitlines():
        key, _, path = line.partition("=")
        if key.strip() == "path" and (directory / path.strip()).is_dir():
            yield from (spec.parent for spec in sorted(below(directory / path.strip())))
