"""The names of a commit's models, and where each lies."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mlops_spec.layout import PROJECT
from mlops_spec.model_folder import SPEC
from mlops_spec.repository.models import folders_at, meant, name_in
from mlops_spec.validate.project import shared_of

if TYPE_CHECKING:
    from pathlib import PurePosixPath

    from mlops_spec.git import Tree


def names_at(tree: Tree) -> dict[str, PurePosixPath]:
    """The folder of each model of a commit by its name, as the line `model:` of its spec has it; nothing is validated.

    Of two models of one name, neither is told: nobody could say which is meant.
    """
    shared = shared_of(str(PROJECT), tree.root.read(PROJECT))
    specs = [folder / SPEC for folder in meant(folders_at(tree), shared.models)]
    contents = tree.git.read_objects([f"{tree.commit}:{path}" for path in specs])
    found = [(name_in(content or b""), path.parent) for path, content in zip(specs, contents, strict=True)]
    counts = Counter(name for name, _ in found)
    return {name: folder for name, folder in found if name and counts[name] == 1}
