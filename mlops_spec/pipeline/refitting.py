"""The stage `refit`: one more training at each further origin of a forecast, on what was known there.

The released model is trained before the first origin, and answers all folds: that is what gates judge. What models
answer that are trained anew stands beside, and says what it costs not to train for so long. No further model is kept.
"""

from __future__ import annotations

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mlops_spec import model_folder
from mlops_spec.pipeline.answers import columns_of_answers
from mlops_spec.pipeline.model_files import check_trusted_names
from mlops_spec.pipeline.origins import folds_of, known_until
from mlops_spec.pipeline.steps import keys_of
from mlops_spec.pipeline.table import read_frame
from mlops_spec.pipeline.training_beside import mirrored, predictor_of, train_in
from mlops_spec.system.files import make_folder

if TYPE_CHECKING:
    from mlops_spec.compute.place import Compute
    from mlops_spec.spec import Spec


def refit(root: Path, spec: Spec, compute: Compute) -> None:
    """Trains at each origin but the first, and writes the answers for the rows that are forecast from there.

    Raises Failure when a training fails or leaves no usable model.
    """
    check_trusted_names(spec.train.trusted_types)
    train, test = (read_frame(root / path) for path in (model_folder.TRAIN_ROWS, model_folder.TEST_ROWS))
    _, steps = keys_of(spec.data, test)
    folds, known = folds_of(spec.data, steps), known_until(spec.data, steps)
    with tempfile.TemporaryDirectory(prefix="mlops-spec-refit-") as folder:
        places = {fold: Path(folder) / str(fold) for fold in range(1, spec.data.split.folds)}
        for fold, place in places.items():
            rows = pd.concat([train, test[steps <= known[folds == fold][0]]], ignore_index=True)
            _prepared(root, place, rows)
        with ThreadPoolExecutor(min(len(places), os.cpu_count() or 1)) as pool:
            asked = [
                pool.submit(train_in, place, spec, spec.train.seed, f"train.run at origin {fold + 1}", compute)
                for fold, place in places.items()
            ]
            for each in asked:
                each.result()
        answers = {fold: _answers(root, spec, place, test[folds == fold]) for fold, place in places.items()}
    _write(root, folds, answers)


def _prepared(root: Path, place: Path, rows: pd.DataFrame) -> None:
    """A folder whose training rows are these, and which has no tested ones."""
    mirrored(root, place)
    (place / model_folder.SPLIT).unlink()
    make_folder(place / model_folder.SPLIT)
    for entry in (root / model_folder.SPLIT).iterdir():
        if entry.name not in (model_folder.TRAIN_ROWS.name, model_folder.TEST_ROWS.name):
            (place / model_folder.SPLIT / entry.name).symlink_to(entry)
    rows.to_parquet(place / model_folder.TRAIN_ROWS, index=False)


def _answers(root: Path, spec: Spec, place: Path, rows: pd.DataFrame) -> np.ndarray:
    return predictor_of(root, spec, place)(rows.drop(columns=[*spec.data.targets]).reset_index(drop=True))


def _write(root: Path, folds: np.ndarray, answers: dict[int, np.ndarray]) -> None:
    make_folder((root / model_folder.REFIT).parent)
    places = np.concatenate([np.flatnonzero(folds == fold) for fold in answers])
    columns = columns_of_answers(np.concatenate(list(answers.values())))
    pd.DataFrame({"row": places, **columns}).to_parquet(root / model_folder.REFIT, index=False)
