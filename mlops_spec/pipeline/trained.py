"""The model's answers for training rows, which a picture shows beside those for test rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from mlops_spec import layout
from mlops_spec.pipeline.table import of_parquet

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    from mlops_spec.pipeline.table import Table
    from mlops_spec.predictor.load import Predict
    from mlops_spec.spec import Spec

_MOST_ROWS = 20_000


def trained_scores(root: Path, spec: Spec, predict: Predict) -> np.ndarray:
    """Answers for 20,000 training rows, or for all where there are fewer; shaped as `predict` answers."""
    return predict(_some(of_parquet(root / layout.TRAIN_ROWS), spec))


def _some(train: Table, spec: Spec) -> pd.DataFrame:
    """Training rows without the target, enough of them to show how the answers are spread."""
    every = pd.Series(range(train.rows))
    some = every.sample(n=min(train.rows, _MOST_ROWS), random_state=spec.train.seed).sort_values()
    names = [name for name in train.names if name != spec.data.target]
    return pd.DataFrame(
        {name: pd.concat([part[part.index.isin(some)] for part in train.parts(name)]) for name in names}
    )
