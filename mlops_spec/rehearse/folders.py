"""A repository of many models, made of one that a starter began: each model in a folder, with data of its own."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.layout import PROJECT
from mlops_spec.regex import regex
from mlops_spec.rehearse import process

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mlops_spec.rehearse.author import Author

HOME = "models"
_MOVED = (str(model_folder.SPEC), "data", "src")
_GONE = ("dvc.yaml", "deploy", "MODEL_CARD.md", "tests", ".github", ".mlops")
_BUILT = regex(r"\[build-system\]\n(.+\n)+\n")


def into_folders(author: Author, starter: str, names: Iterable[str], shared: str) -> None:
    """Makes a model of each name out of the one in the author's clone, which is called `starter`.

    `shared` is what all share, as TOML, behind the rest of `pyproject.toml`. Nothing is rendered yet.
    """
    clone = author.clone
    for name in names:
        _copied(clone, starter, name)
    for part in (*_MOVED, *_GONE):
        place = clone / part
        shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)
    project = (clone / PROJECT).read_text(encoding="utf-8")
    whole = _BUILT.sub("", project).replace("[tool.uv]\n", "[tool.uv]\npackage = false\n")
    (clone / PROJECT).write_text(whole + shared, encoding="utf-8")
    author.run(process.find("uv"), "lock", "--quiet")


def _copied(clone: Path, starter: str, name: str) -> None:
    folder = clone / HOME / name
    folder.mkdir(parents=True)
    for part in _MOVED:
        copy = shutil.copytree if (clone / part).is_dir() else shutil.copy
        copy(clone / part, folder / part)
    old, package = starter.replace("-", "_"), name.replace("-", "_")
    (folder / "src" / old).rename(folder / "src" / package)
    file = folder / model_folder.SPEC
    spec = file.read_text(encoding="utf-8").replace(f"model: {starter}", f"model: {name}")
    file.write_text(spec.replace(f"{old}.train", f"{package}.train"), encoding="utf-8")
