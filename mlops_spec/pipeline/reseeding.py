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

from mlops_spec import model_folder
from mlops_spec.errors import Exit, Failure
from mlops_spec.pipeline.model_files import check_trusted_names
from mlops_spec.pipeline.reseeded import DRAWN
from mlops_spec.pipeline.table import read_frame
from mlops_spec.pipeline.training_beside import mirrored, predictor_of, train_in, with_seed
from mlops_spec.system.files import make_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlops_spec.compute.place import Compute
    from mlops_spec.spec import Spec


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
    mirrored(root, place)
    with_seed(root, place, seed)
    train_in(place, spec, seed, f"train.run with seed {seed}", compute)


def _answers(root: Path, spec: Spec, place: Path) -> np.ndarray:
    test = read_frame(root / model_folder.TEST_ROWS)
    return predictor_of(root, spec, place)(test.drop(columns=[*spec.data.targets]))


def _check_apart(answers: Sequence[np.ndarray]) -> None:
    if len(answers) > 1 and all(np.array_equal(answers[0], other) for other in answers[1:]):
        raise Failure(
            f"train.seeds: all of {len(answers)} further seeds give the same answers",
            exit_code=Exit.FINDINGS,
            remedy=DRAWN,
        )
