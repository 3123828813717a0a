"""The answers of the models of further seeds, as the stage `reseed` left them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mlops_spec import model_folder
from mlops_spec.errors import Exit, Failure
from mlops_spec.system.regular import regular

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.spec import Spec

DRAWN = (
    "train.run must draw by `MLOPS_SPEC_SEED`, or by `train.seed` of the model.yaml beside it; a training that draws "
    "nothing needs no `train.seeds`"
)


def read_reseeded(root: Path, spec: Spec, like: np.ndarray) -> tuple[np.ndarray, ...]:
    """What the models of further seeds answer, each of the shape of `like`; nothing where the spec asks for none.

    `like` is what the released model answers.

    Raises Failure when they are missing, or of another shape (78), or all the same as the released model's (1).
    """
    if spec.train.seeds == 1:
        return ()
    try:
        frame = pd.read_parquet(regular(root / model_folder.SEEDS))
        found = tuple(frame[name].to_numpy(dtype=like.dtype).reshape(like.shape) for name in frame)
    except (OSError, ValueError) as error:
        raise Failure(
            f"{model_folder.SEEDS} can't be read: {error}", exit_code=Exit.CONFIG, remedy="`mlops-spec run` writes it."
        ) from error
    if all(np.array_equal(each, like) for each in found):
        raise Failure(
            f"train.seeds: {len(found)} further seeds give the answers of `train.seed`",
            exit_code=Exit.FINDINGS,
            remedy=DRAWN,
        )
    return found
