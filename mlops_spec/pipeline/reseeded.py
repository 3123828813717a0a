"""What the models of further seeds answered, as the stage `reseed` left it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mlops_spec import layout
from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.spec import Spec


def read_reseeded(root: Path, spec: Spec, like: np.ndarray) -> tuple[np.ndarray, ...]:
    """What the models of further seeds answer, each of the shape of `like`; nothing where the spec asks for none.

    Raises Failure when they are missing, or of another shape (78).
    """
    if spec.train.seeds == 1:
        return ()
    try:
        frame = pd.read_parquet(root / layout.SEEDS)
        return tuple(frame[name].to_numpy(dtype=np.float64).reshape(like.shape) for name in frame)
    except (OSError, ValueError) as error:
        raise Failure(
            f"{layout.SEEDS} can't be read: {error}", exit_code=Exit.CONFIG, remedy="`mlops-spec run` writes it."
        ) from error
