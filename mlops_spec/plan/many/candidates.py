"""The models that are worth a closer look: those of which anything differs that they may read.

Told by the ids of folders and files, so that a model of which nothing differs costs no more than two look-ups.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.engines.files import PIPELINE
from mlops_spec.model_folder import SPEC
from mlops_spec.plan.many.outside import paths_outside
from mlops_spec.repository.requirement import LOCK
from mlops_spec.spec.stages import overlap

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from mlops_spec.plan.many.since import States


@dataclass(frozen=True)
class Candidates:
    """Where models lie, what each may read outside of there, and which of them may be touched."""

    outside: Mapping[PurePosixPath, frozenset[str]]
    found: frozenset[PurePosixPath]

    def reading(self, written: Mapping[str, PurePosixPath]) -> Iterator[PurePosixPath]:
        """The models that may read one of these paths, each written by the model of another folder."""
        for folder, paths in self.outside.items():
            others = [path for path, writer in written.items() if writer != folder]
            if any(wrote.startswith(path) or overlap(wrote, path) for wrote in others for path in paths):
                yield folder


def candidates(states: States, bases: Mapping[PurePosixPath, str | None]) -> Candidates:
    """The models of these folders, each with the revision that it is compared with (None: it has none)."""
    outside = _outside(states, bases)
    near = _existing(states, {path for paths in outside.values() for path in paths})
    compared = {folder: base for folder, base in bases.items() if base is not None}
    touched = (folder for folder, base in compared.items() if _differs(states, base, folder, outside[folder], near))
    return Candidates(outside, frozenset([*touched, *(bases.keys() - compared.keys())]))


def _outside(states: States, folders: Iterable[PurePosixPath]) -> dict[PurePosixPath, frozenset[str]]:
    listed = list(folders)
    texts = states.objects.contents(states.now, [folder / file for folder in listed for file in (SPEC, PIPELINE)])
    return {folder: paths_outside(folder, texts[2 * n : 2 * n + 2]) for n, folder in enumerate(listed)}


def _existing(states: States, paths: Collection[str]) -> dict[str, str]:
    """Each path, or the nearest folder around it that there is: the engine's data, and cut names, are not in Git."""
    near: dict[str, str] = {path: path for path in paths}
    open_ = set(paths)
    while open_:
        open_ = {path for path in open_ if near[path] != "." and states.objects.id(states.now, near[path]) is None}
        near |= {path: str(PurePosixPath(near[path]).parent) for path in open_}
    return near


def _differs(states: States, base: str, folder: PurePosixPath, outside: Iterable[str], near: Mapping[str, str]) -> bool:
    if any(overlap(str(folder), file) or any(overlap(path, file) for path in outside) for file in states.edited):
        return True
    return any(_changed(states, base, folder, path) for path in (str(folder), *(near[path] for path in outside)))


def _changed(states: States, base: str, folder: PurePosixPath, path: str) -> bool:
    if states.objects.id(base, path) == states.objects.id(states.now, path):
        return False
    return path != LOCK or states.locks.causes(folder, base, states.now) != ()
