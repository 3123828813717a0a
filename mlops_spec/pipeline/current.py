"""Whether `dvc.yaml` still declares all that its stages read: what is imported since would retrain nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.layout import DVC_FILE, SPEC
from mlops_spec.outputs.stages import stages
from mlops_spec.pipeline.inputs import stages_of, writes_and_reads
from mlops_spec.repository.code import Folder, code_of
from mlops_spec.spec.stages import SURROUNDINGS

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.spec import Spec


def refuse_stale(root: Path, spec: Spec) -> None:
    """Raises Failure (78) where a stage of `dvc.yaml` lacks an input that it would be rendered with now."""
    present = frozenset(name for name in SURROUNDINGS if (root / name).exists())
    code = {name: each.paths for name, each in code_of(spec, Folder(root)).items()}
    declared = stages_of(root)
    for stage in stages(spec, present, code):
        _, reads = writes_and_reads(declared.get(stage.name, {}))
        lacking = [path for path in stage.reads if path not in reads]
        if lacking:
            raise Failure(
                f"{DVC_FILE} is older than {SPEC} and the code: `{stage.name}` reads {', '.join(lacking[:5])} as well",
                exit_code=Exit.CONFIG,
                remedy="mlops-spec render",
            )
