"""Answers with the model: the predictor that `model.yaml` names, for the evaluation and the server alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import skops.io

from credit_default.features import prepare

# What the file may hold besides plain scikit-learn and NumPy; `model.yaml` says the same, and a test compares them.
TRUSTED = ["sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"]


def load(model_dir: str | Path) -> Callable[[pd.DataFrame], np.ndarray]:
    """Loads `model.skops`; what it returns takes n rows to their n probabilities of a default."""
    model = skops.io.load(Path(model_dir) / "model.skops", trusted=TRUSTED)

    def predict(rows: pd.DataFrame) -> np.ndarray:
        probability: np.ndarray = model.predict_proba(prepare(rows, model.feature_names_in_))[:, 1]
        return probability

    return predict
