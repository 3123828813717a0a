"""The new version's part of an upgrade: it migrates the spec, renders, and compares with before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.errors import Exit, Failure
from mlops_spec.lint.models import Model
from mlops_spec.lint.specs import load_spec
from mlops_spec.outputs.parts import part_of
from mlops_spec.outputs.sync import sync
from mlops_spec.place import Place
from mlops_spec.render.write import summary
from mlops_spec.system.files import write_atomic
from mlops_spec.upgrade.describe import describe
from mlops_spec.upgrade.migrate import migrated, version_of
from mlops_spec.upgrade.proof import Proof, prove

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.upgrade.proof import Described


@dataclass(frozen=True)
class Finished:
    """The version of the spec before and after, and what is the same."""

    spec: tuple[int, int]
    proof: Proof


def finish(root: Path, before: Described) -> Finished:
    """Writes into the repository at `root` what this version makes of it.

    Raises:
        Failure: the spec is not valid any more (exit 2), or rendering would destroy what a person wrote (exit 1).
    """
    file = root / model_folder.SPEC
    text = file.read_text(encoding="utf-8")
    newer = migrated(text)
    if newer != text:
        write_atomic(file, newer)
    spec = load_spec(file)
    done = sync(part_of(Model(Place(root, spec.model), spec)), {})
    if done.blocked_by:
        raise Failure(
            summary.as_text((), done.blocked_by, patches=True).rstrip(),
            exit_code=Exit.FINDINGS,
            remedy="do so with the old version, commit, then upgrade",
        )
    return Finished((version_of(text), version_of(newer)), prove(before, describe(root)))
