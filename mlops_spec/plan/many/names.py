"""The names of models in one state of the repository, by their folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.errors import Failure
from mlops_spec.model_folder import SPEC
from mlops_spec.repository.models import name_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import PurePosixPath

    from mlops_spec.plan.many.objects import Objects


def names_of(objects: Objects, revision: str, folders: Iterable[PurePosixPath]) -> dict[PurePosixPath, str]:
    """What the spec in each of the folders calls its model; none for one that says it in no readable way."""
    listed = tuple(folders)
    contents = objects.contents(revision, [folder / SPEC for folder in listed])
    named = ((folder, name_in(content)) for folder, content in zip(listed, contents, strict=True) if content)
    return {folder: name for folder, name in named if name}


def twins(
    objects: Objects, revision: str, folders: Iterable[PurePosixPath], new: Collection[PurePosixPath]
) -> dict[PurePosixPath, Failure]:
    """Why models are none where a new one has the name of another: nobody could say which of them is meant."""
    if not new:
        return {}
    names = names_of(objects, revision, folders)
    taken = {names[folder] for folder in new if folder in names}
    places = {name: [folder for folder, other in names.items() if other == name] for name in taken}
    return {
        folder: Failure(
            f"{' and '.join(str(each / SPEC) for each in found)} are of one name, `{name}`",
            remedy="give each model of a repository a name of its own",
        )
        for name, found in places.items()
        if len(found) > 1
        for folder in found
    }
