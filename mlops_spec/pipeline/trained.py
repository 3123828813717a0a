"""The model's answers for training rows, which a picture shows beside those for test rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from mlops_spec.package.predictor.load import Predict
    from mlops_spec.spec import Spec


def trained_scores(spec: Spec, rows: pd.DataFrame, predict: Predict) -> np.ndarray:
    """Answers for some training rows, shaped as `predict` answers."""
    return predict(rows.drop(columns=[*spec.data.targets]))
