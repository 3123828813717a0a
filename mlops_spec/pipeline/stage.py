"""One stage by its name: ours in this process, the user's as the command that the spec gives."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING

from mlops_spec.outputs.stages import data_file

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.spec import Spec


def run_stage(root: Path, spec: Spec, name: str) -> None:
    """Runs a stage; raises Failure when it can't be done. Each stage loads only what it needs itself."""
    match name:
        case "split":
            import_module("mlops_spec.pipeline.split").split(root, spec, root / data_file(spec.data))
        case "train":
            import_module("mlops_spec.pipeline.train").train(root, spec)
        case "evaluate":
            # OpenMP reads it when it is loaded: threads that spin between two calls took 1.2 of 4.3 s of processor
            os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
            import_module("mlops_spec.pipeline.evaluate").evaluate(root, spec)
        case "package":
            import_module("mlops_spec.pipeline.packaging").package(root, spec)
        case _:
            import_module("mlops_spec.pipeline.train").run_own_stage(root, spec, name)
