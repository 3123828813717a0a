"""Fits the model: reads `model.yaml`, `build/data/train.parquet` and the images, writes `build/model/model.skops`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import skops.io
import yaml
from sklearn.linear_model import LogisticRegression

from my_images.pixels import pixels


def fit(images: np.ndarray, labels: pd.Series, spec: dict[str, Any]) -> LogisticRegression:
    """The model, fitted on images of shape (n, 64)."""
    return LogisticRegression(max_iter=1000, **spec["train"]["params"]).fit(images, labels)


def main() -> None:
    spec = yaml.safe_load(Path("model.yaml").read_text(encoding="utf-8"))
    rows = pd.read_parquet("build/data/train.parquet")
    folder = Path(spec["data"]["files"]["root"])
    images = np.stack([pixels((folder / name).read_bytes()) for name in rows["file"]])
    file = Path("build/model/model.skops")
    file.parent.mkdir(parents=True, exist_ok=True)
    skops.io.dump(fit(images, rows[spec["data"]["target"]], spec), file)


if __name__ == "__main__":
    main()
