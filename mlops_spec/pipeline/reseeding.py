"""The stage `reseed`: one more training for each further seed, side by side, and the answers of those models.

Each training runs in a folder of its own, in which all of the repository stands by links but for the model that it
writes and the spec, which names its seed. Only the answers are kept: no further model is released.
"""

from __future__ import annotations

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import yaml

from mlops_spec import model_folder
from mlops_spec.errors import Exit, Failure
from mlops_spec.package.predictor.load import load
from mlops_spec.pipeline.evaluate import recipe_of
from mlops_spec.pipeline.file_column import reading_files
from mlops_spec.pipeline.model_files import check_model, check_trusted, check_trusted_names
from mlops_spec.pipeline.reseeded import DRAWN
from mlops_spec.pipeline.split_report import read_split_report
from mlops_spec.pipeline.table import read_frame
from mlops_spec.pipeline.train import training
from mlops_spec.system.files import make_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlops_spec.compute.place import Compute
    from mlops_spec.spec import Spec

_OWN = (model_folder.MODEL.name, model_folder.EVALUATE.name, model_folder.PACKAGE.name, model_folder.SEEDS.parent.name)


def reseed(root: Path, spec: Spec, compute: Compute) -> None:
    """Trains with each further seed and writes the answers for the test rows.

    Raises Failure when a training fails or leaves no usable model, or all seeds give the same answers.
    """
    check_trusted_names(spec.train.trusted_types)
    seeds = [(spec.train.seed + more) % 2**32 for more in range(1, spec.train.seeds)]
    with tempfile.TemporaryDirectory(prefix="mlops-spec-seeds-") as folder:
        places = [Path(folder) / str(seed) for seed in seeds]
        with ThreadPoolExecutor(min(len(seeds), os.cpu_count() or 1)) as pool:
            for done in [pool.submit(_train, compute, root, spec, *each) for each in zip(seeds, places, strict=True)]:
                done.result()
        answers = [_answers(root, spec, place) for place in places]
    _check_apart(answers)
    make_folder((root / model_folder.SEEDS).parent)
    flat = {f"{seed}": answer.ravel() for seed, answer in zip(seeds, answers, strict=True)}
    pd.DataFrame(flat).to_parquet(root / model_folder.SEEDS, index=False)


def _train(compute: Compute, root: Path, spec: Spec, seed: int, place: Path) -> None:
    _mirror(root, place, ())
    (place / model_folder.BUILD).unlink(missing_ok=True)
    _mirror(root / model_folder.BUILD, place / model_folder.BUILD, _OWN)
    (place / model_folder.SPEC).unlink()
    declared = yaml.safe_load((root / model_folder.SPEC).read_text(encoding="utf-8"))
    declared["train"]["seed"] = seed
    (place / model_folder.SPEC).write_text(yaml.safe_dump(declared, sort_keys=False), encoding="utf-8")
    compute.run(training(place, spec, seed, f"train.run with seed {seed}"))
    check_model(place / model_folder.MODEL, spec.train.format)


def _mirror(source: Path, place: Path, leaving_out: Sequence[str]) -> None:
    make_folder(place)
    for entry in source.iterdir():
        if entry.name not in leaving_out and entry.name != ".git":
            (place / entry.name).symlink_to(entry, target_is_directory=entry.is_dir())


def _answers(root: Path, spec: Spec, place: Path) -> np.ndarray:
    split, test = read_split_report(root), read_frame(root / model_folder.TEST_ROWS)
    check_trusted(place / model_folder.MODEL, spec.train.trusted_types)
    predict = load(recipe_of(root, spec, split), place / model_folder.MODEL, root / "src")
    predict = reading_files(root, spec, predict)
    return predict(test.drop(columns=[*spec.data.targets]))


def _check_apart(answers: Sequence[np.ndarray]) -> None:
    if len(answers) > 1 and all(np.array_equal(answers[0], other) for other in answers[1:]):
        raise Failure(
            f"train.seeds: all of {len(answers)} further seeds give the same answers",
            exit_code=Exit.FINDINGS,
            remedy=DRAWN,
        )
