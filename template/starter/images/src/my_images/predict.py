"""Answers: `load(model_dir)` gives the function that evaluation, gates and the server call."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import skops.io

from my_images.pixels import pixels


def load(model_dir: Path) -> Callable[[pd.DataFrame], np.ndarray]:
    model = skops.io.load(model_dir / "model.skops")

    def predict(frame: pd.DataFrame) -> np.ndarray:
        """The probability of each digit, shape (rows, 10); `frame.file` holds the bytes of the images."""
        return model.predict_proba(np.stack([pixels(content) for content in frame["file"]]))

    return predict
