"""The choice of a model's loader, and the one shape of function that all loaders give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mlops_spec.errors import Exit, Failure
from mlops_spec.package.on_disk import read_manifest
from mlops_spec.package.predictor.entry_point import load_entry_point
from mlops_spec.package.predictor.frame import model_frame
from mlops_spec.package.predictor.onnx_file import load_onnx
from mlops_spec.package.predictor.output import check_output
from mlops_spec.package.predictor.skops_file import load_skops
from mlops_spec.spec.tasks import task_called
from mlops_spec.system.garbage import lasting

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.package.manifest import Manifest, Scalar, Tensor

# (n rows) → (n,) probability of the positive class, (n, k) class probabilities, (n,) values, or (n,) JSON texts
Predict = Callable[[pd.DataFrame], np.ndarray]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What a loader must know of a model besides its files."""

    task: str
    format: str
    predictor: str | None
    trusted_types: tuple[str, ...]
    positive: Scalar | None
    classes: tuple[Scalar, ...]
    inputs: tuple[Tensor, ...]


def recipe_of(manifest: Manifest) -> Recipe:
    """The recipe that a manifest holds."""
    return Recipe(
        task=manifest.task,
        format=manifest.format,
        predictor=manifest.predictor,
        trusted_types=manifest.trusted_types,
        positive=manifest.positive,
        classes=manifest.classes,
        inputs=manifest.signature.inputs,
    )


def load_predict(package_dir: Path) -> Predict:
    """Loads a packaged model; verify the package first (`mlops_spec.package.on_disk.verify`).

    The function takes a frame that has at least the columns of the signature's inputs, in any order, and shows the
    model those alone. It answers float64: (n,) probability of the positive class for a binary task, (n, k) class
    probabilities in the order of the manifest's classes, or (n,) values for a regression; or where a task has no
    numbers JSON texts (n,). Whatever goes wrong, here or in a call, raises Failure.
    """
    return load(recipe_of(read_manifest(package_dir)), package_dir / "model", package_dir / "code")


def load(recipe: Recipe, model_dir: Path, code_dir: Path) -> Predict:
    """Loads a model from its folder, and its entry point, if it has one, from a folder of code."""
    asked = task_called(recipe.task).answer
    with lasting():
        answer = _answer(recipe, model_dir, code_dir)

    def predict(frame: pd.DataFrame) -> np.ndarray:
        told = answer(model_frame(frame, recipe.inputs))
        return check_output(told, len(frame), asked, len(recipe.classes))

    return predict


def _answer(recipe: Recipe, model_dir: Path, code_dir: Path) -> Callable[[pd.DataFrame], object]:
    if recipe.predictor is not None:
        return load_entry_point(recipe.predictor, model_dir, code_dir)
    asked = task_called(recipe.task).answer
    if recipe.format == "skops":
        return load_skops(_lone(model_dir, ".skops"), asked, recipe.classes, recipe.positive, recipe.trusted_types)
    if recipe.format == "onnx":
        return load_onnx(_lone(model_dir, ".onnx"), asked, recipe.classes, recipe.positive)
    raise Failure(
        f"`train.format: {recipe.format}` needs `train.predictor`",
        remedy="Name a function `package.module:load` that takes the model's folder and gives `predict`.",
    )


def _lone(model_dir: Path, suffix: str) -> Path:
    found = sorted(model_dir.glob(f"*{suffix}"))
    if len(found) != 1:
        raise Failure(
            f"{model_dir} has {len(found)} files *{suffix}; without `train.predictor` there must be exactly one",
            exit_code=Exit.FINDINGS,
            remedy="Write one file there, or name a `train.predictor` that reads several.",
        )
    return found[0]
