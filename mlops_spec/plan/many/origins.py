"""Where the base has a model that lies in another folder now: its name says which it is, not its folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.model_folder import SPEC
from mlops_spec.plan.many.names import names_of
from mlops_spec.repository.names import names_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import PurePosixPath

    from mlops_spec.plan.many.objects import Objects


def origins(
    objects: Objects, bases: Mapping[PurePosixPath, str | None], now: str, folders: Iterable[PurePosixPath]
) -> dict[PurePosixPath, PurePosixPath | None]:
    """Those of the folders whose model its base has in another one, or (None) not at all."""
    differing = {folder: base for folder in folders if (base := bases[folder]) and _differs(objects, base, now, folder)}
    names = names_of(objects, now, differing)
    there: dict[str, dict[str, PurePosixPath]] = {}
    found: dict[PurePosixPath, PurePosixPath | None] = {}
    for folder, base in differing.items():
        if names_of(objects, base, [folder]).get(folder) == names.get(folder):
            continue
        if base not in there:
            there[base] = names_at(objects.git.tree(base))
        found[folder] = there[base].get(names.get(folder, ""))
    return found


def _differs(objects: Objects, base: str, now: str, folder: PurePosixPath) -> bool:
    return objects.id(base, folder / SPEC) != objects.id(now, folder / SPEC)
