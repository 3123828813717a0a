"""A training beside the one whose model is released: in a folder in which all of the repository stands by links."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from mlops_spec import model_folder
from mlops_spec.package.predictor.load import load
from mlops_spec.pipeline.evaluate import recipe_of
from mlops_spec.pipeline.file_column import reading_files
from mlops_spec.pipeline.model_files import check_model, check_trusted
from mlops_spec.pipeline.split_report import read_split_report
from mlops_spec.pipeline.train import training
from mlops_spec.system.files import make_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mlops_spec.compute.place import Compute
    from mlops_spec.package.predictor.load import Predict
    from mlops_spec.spec import Spec

_OWN = tuple(
    path.name
    for path in (
        model_folder.MODEL,
        model_folder.EVALUATE,
        model_folder.PACKAGE,
        model_folder.SEEDS.parent,
        model_folder.REFIT.parent,
    )
)


def mirrored(root: Path, place: Path) -> None:
    """Makes the folder: links to all but what a training writes, and what is made of its model."""
    _mirror(root, place, ())
    (place / model_folder.BUILD).unlink(missing_ok=True)
    _mirror(root / model_folder.BUILD, place / model_folder.BUILD, _OWN)


def with_seed(root: Path, place: Path, seed: int) -> None:
    """Gives the folder a spec of its own, which names this seed."""
    (place / model_folder.SPEC).unlink()
    declared = yaml.safe_load((root / model_folder.SPEC).read_text(encoding="utf-8"))
    declared["train"]["seed"] = seed
    (place / model_folder.SPEC).write_text(yaml.safe_dump(declared, sort_keys=False), encoding="utf-8")


def train_in(place: Path, spec: Spec, seed: int, named: str, compute: Compute) -> None:
    """Trains there; it is `named` so in messages. Raises Failure when it fails or leaves no usable model."""
    compute.run(training(place, spec, seed, named))
    check_model(place / model_folder.MODEL, spec.train.format)


def predictor_of(root: Path, spec: Spec, place: Path) -> Predict:
    """The model that was trained there."""
    check_trusted(place / model_folder.MODEL, spec.train.trusted_types)
    predict = load(recipe_of(root, spec, read_split_report(root)), place / model_folder.MODEL, root / "src")
    return reading_files(root, spec, predict)


def _mirror(source: Path, place: Path, leaving_out: Sequence[str]) -> None:
    make_folder(place)
    for entry in source.iterdir():
        if entry.name not in leaving_out and entry.name != ".git":
            (place / entry.name).symlink_to(entry, target_is_directory=entry.is_dir())
