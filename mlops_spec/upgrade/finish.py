"""The new version's part of an upgrade: it migrates specs, renders, and compares with before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.errors import Exit, Failure
from mlops_spec.lint.load import load_spec
from mlops_spec.lint.models import Model, models_in
from mlops_spec.outputs.parts import part_of, parts_of
from mlops_spec.outputs.sync import sync
from mlops_spec.place import Place
from mlops_spec.render.write import summary
from mlops_spec.system.files import write_atomic
from mlops_spec.upgrade.describe import describe, describe_in
from mlops_spec.upgrade.migrate import migrated, version_of
from mlops_spec.upgrade.proof import Proof, prove

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from mlops_spec.outputs.parts import Part
    from mlops_spec.upgrade.proof import Described


@dataclass(frozen=True)
class Finished:
    """The version of the spec before and after, and what is the same."""

    spec: tuple[int, int]
    proof: Proof


def finish(root: Path, before: Described) -> Finished:
    """Writes into the repository at `root` what this version makes of its one model.

    Raises:
        Failure: the spec is not valid any more (exit 2), or rendering would destroy what a person wrote (exit 1).
    """
    versions = _migrated(root)
    spec = load_spec(root / model_folder.SPEC)
    _rendered([part_of(Model(Place(root, spec.model), spec))])
    return Finished(versions, prove(before, describe(root)))


def finish_in(root: Path, before: Mapping[str, Described]) -> dict[str, Finished]:
    """The same of many models, by their folders; what the repository has once is rendered once.

    Raises:
        Failure: one of the specs is not valid any more (exit 2), or rendering would destroy what a person wrote
            (exit 1).
    """
    versions = {folder: _migrated(root / folder) for folder in before}
    models = models_in(root)
    if models.broken:
        raise Failure("\n".join(each.message for each in models.broken.values()), remedy="mend these first")
    _rendered(parts_of(models))
    return {
        folder: Finished(versions[folder], prove(described, describe_in(root / folder)))
        for folder, described in before.items()
    }


def _migrated(folder: Path) -> tuple[int, int]:
    """Brings a folder's spec to the newest version; the versions before and after."""
    file = folder / model_folder.SPEC
    text = file.read_text(encoding="utf-8")
    newer = migrated(text)
    if newer != text:
        write_atomic(file, newer)
    return version_of(text), version_of(newer)


def _rendered(parts: Iterable[Part]) -> None:
    blocked = [each for part in parts for each in sync(part, {}).blocked_by]
    if blocked:
        raise Failure(
            summary.as_text((), blocked, patches=True).rstrip(),
            exit_code=Exit.FINDINGS,
            remedy="do so with the old version, commit, then upgrade",
        )
