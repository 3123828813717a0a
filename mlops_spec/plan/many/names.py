"""The names of models in one state of the repository, by their folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.model_folder import SPEC
from mlops_spec.repository.models import name_in

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import PurePosixPath

    from mlops_spec.plan.many.objects import Objects


def names_of(objects: Objects, revision: str, folders: Iterable[PurePosixPath]) -> dict[PurePosixPath, str]:
    """What the spec in each of the folders calls its model; none for one that says it in no readable way."""
    listed = tuple(folders)
    contents = objects.contents(revision, [folder / SPEC for folder in listed])
    named = ((folder, name_in(content)) for folder, content in zip(listed, contents, strict=True) if content)
    return {folder: name for folder, name in named if name}
