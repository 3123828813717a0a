"""The stage `train`: the user's command, then a check of what it left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.compute.place import Command
from mlops_spec.errors import Exit, Failure
from mlops_spec.pipeline.model_files import check_model, check_trusted_names
from mlops_spec.pipeline.notebook_error import raised
from mlops_spec.spec.paths import named_files
from mlops_spec.spec.stages import address_of, user_stages

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.compute.place import Compute
    from mlops_spec.spec import Spec


def train(root: Path, spec: Spec, compute: Compute) -> None:
    """Runs `train.run` with the seed in `MLOPS_SPEC_SEED`; raises Failure when it fails or leaves no usable model."""
    check_trusted_names(spec.train.trusted_types)
    _run(compute, training(root, spec, spec.train.seed, "train.run"))
    check_model(root / model_folder.MODEL, spec.train.format)


def training(folder: Path, spec: Spec, seed: int, named: str) -> Command:
    """The command that trains with a seed in a folder; it is `named` so in messages."""
    reads = (str(model_folder.TRAIN_ROWS), *named_files(spec.data), *spec.train.reads)
    return Command(
        spec.train.run, folder, named, {"MLOPS_SPEC_SEED": str(seed)}, reads, writes=(str(model_folder.MODEL),)
    )


def run_own_stage(root: Path, spec: Spec, name: str, compute: Compute) -> None:
    """Runs a stage of the user's; raises Failure when there is none of that name, it fails, or it writes too little."""
    stages = user_stages(spec)
    if name not in stages:
        raise Failure(f"there is no stage `{name}`", remedy=f"pipeline has {', '.join(spec.pipeline) or 'no stages'}.")
    stage, place = stages[name], ".".join(map(str, address_of(spec, name)))
    environment = {"MLOPS_SPEC_SEED": str(spec.train.seed)}
    _run(compute, Command(stage.run, root, f"{place}.run", environment, tuple(stage.reads), tuple(stage.writes)))
    if missing := [path for path in stage.writes if not (root / path).exists()]:
        raise Failure(f"{place}: it did not write {', '.join(missing)}", exit_code=Exit.FINDINGS)


def _run(compute: Compute, command: Command) -> None:
    """Runs it; of a notebook that raises, the failure says which cell it was."""
    try:
        compute.run(command)
    except Failure as failure:
        if told := raised(command.folder, command.line):
            raise Failure(f"{failure.message}: {told}", exit_code=failure.exit_code) from failure
        raise
