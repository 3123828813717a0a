"""Answers with the model: the predictor that `model.yaml` names, for the evaluation and the server alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import skops.io

from seattle_temperature.features import prepare


def load(model_dir: str | Path) -> Callable[[pd.DataFrame], np.ndarray]:
    """Loads `model.skops`; what it returns takes n days to their n temperatures, in °C.

    A lag that is missing counts as its mean in training.
    """
    model = skops.io.load(Path(model_dir) / "model.skops")
    lags = [name for name in model.feature_names_in_ if not name.startswith(("sine_", "cosine_"))]
    means = dict(zip(model.feature_names_in_, model[0].mean_, strict=True))

    def predict(rows: pd.DataFrame) -> np.ndarray:
        temperature: np.ndarray = model.predict(prepare(rows, lags).fillna(means))
        return temperature

    return predict
