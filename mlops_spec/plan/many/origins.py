"""Where the base has a model that lies in another folder now: its name says which it is, not its folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.model_folder import SPEC
from mlops_spec.plan.many.names import names_at
from mlops_spec.repository.models import folders_at

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import PurePosixPath

    from mlops_spec.plan.many.objects import Objects


def origins(
    objects: Objects, bases: Mapping[PurePosixPath, str | None], now: str
) -> dict[PurePosixPath, PurePosixPath | None]:
    """The models that their base has in another folder, or (None) not at all; the others are not among these."""
    differing = _differing_specs(objects, bases, now)
    names = names_at(objects.git, now, differing)
    there: dict[str, dict[str, PurePosixPath]] = {}
    found: dict[PurePosixPath, PurePosixPath | None] = {}
    for folder, base in differing.items():
        if names_at(objects.git, base, [folder]).get(folder) == names.get(folder):
            continue
        if base not in there:
            folders = folders_at(objects.git.tree(base))
            there[base] = {name: place for place, name in names_at(objects.git, base, folders).items()}
        found[folder] = there[base].get(names.get(folder, ""))
    return found


def _differing_specs(objects: Objects, bases: Mapping[PurePosixPath, str | None], now: str) -> dict[PurePosixPath, str]:
    compared = {folder: base for folder, base in bases.items() if base is not None}
    specs = {folder: str(folder / SPEC) for folder in compared}
    objects.ask((revision, specs[folder]) for folder, base in compared.items() for revision in (base, now))
    return {
        folder: base
        for folder, base in compared.items()
        if objects.id(base, specs[folder]) != objects.id(now, specs[folder])
    }
