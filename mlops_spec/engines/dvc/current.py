"""Checks that `dvc.yaml` declares all that its stages read: a change of anything else would retrain nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.engines.dvc.declared import stages_of
from mlops_spec.engines.dvc.names import FILE
from mlops_spec.engines.dvc.stages import stages
from mlops_spec.errors import Exit, Failure
from mlops_spec.model_folder import SPEC
from mlops_spec.repository.around import around

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.engines.stage import Stage
    from mlops_spec.spec import Spec


def refuse_stale(root: Path, spec: Spec) -> None:
    """Raises Failure (78) where `dvc.yaml` has other stages, inputs or keys of the spec than it would be rendered with.

    Files that it names besides are somebody's own, and stay.
    """
    present, code = around(root, spec)
    declared = {stage.name: stage for stage in stages_of(root)}
    meant = {stage.name: stage for stage in stages(spec, present, code)}
    for name in [name for name in declared if name not in meant and _is_ours(declared[name])]:
        raise _stale(f"`{name}` is no stage any more")
    for name, stage in meant.items():
        if name not in declared:
            raise _stale(f"`{name}` is a stage by now")
        there = declared[name]
        if lacking := [path for path in (*stage.reads, *stage.params) if path not in (*there.reads, *there.params)]:
            raise _stale(f"`{name}` reads {', '.join(lacking[:5])} as well")
        if gone := [key for key in there.params if key not in stage.params]:
            raise _stale(f"`{name}` reads {', '.join(gone[:5])}, which the spec has no more")


def _stale(why: str) -> Failure:
    message = f"{FILE} is older than {SPEC} and the code: {why}"
    return Failure(message, exit_code=Exit.CONFIG, remedy="mlops-spec render")


def _is_ours(stage: Stage) -> bool:
    return stage.command.startswith("mlops-spec stage ")
