"""One stage by its name: ours in this process, the user's as the command that the spec gives."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from mlops_spec import words
from mlops_spec.compute.registry import compute_of
from mlops_spec.pipeline.places import check_places
from mlops_spec.repository.root import code_folders
from mlops_spec.spec.paths import data_file
from mlops_spec.system.ending import told_to_end
from mlops_spec.system.garbage import lasting

if TYPE_CHECKING:
    import threading
    from pathlib import Path
    from types import ModuleType

    from mlops_spec.spec import Spec


def run_stage(root: Path, spec: Spec, name: str) -> None:
    """Runs a stage; raises Failure when it can't be done. Each stage loads only what it needs itself."""
    check_places(root, ())
    sys.path.extend(str(folder) for folder in code_folders(root)[1:])  # what models share, behind all that is installed
    with told_to_end() as ended:
        _run(root, spec, name, ended)


def _run(root: Path, spec: Spec, name: str, ended: threading.Event) -> None:
    match name:
        case "split":
            for note in _loaded("split").split(root, spec, root / data_file(spec.data)):
                words.out(note)
        case "train":
            _loaded("train").train(root, spec, compute_of(root, spec, name, ended))
        case "reseed":
            _loaded("reseeding").reseed(root, spec, compute_of(root, spec, name, ended))
        case "refit":
            _loaded("refitting").refit(root, spec, compute_of(root, spec, name, ended))
        case "evaluate":
            # OpenMP reads it when it is loaded: threads that spin between two calls took 1.2 of 4.3 s of processor
            os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
            _loaded("evaluate").evaluate(root, spec)
        case "package":
            _loaded("packaging").package(root, spec)
        case _:
            _loaded("train").run_own_stage(root, spec, name, compute_of(root, spec, name, ended))


def _loaded(module: str) -> ModuleType:
    with lasting():
        return import_module(f"mlops_spec.pipeline.{module}")
