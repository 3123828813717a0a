"""Fits the model: reads `model.yaml` and `build/data/train.parquet`, writes `build/model/model.skops`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import skops.io
import yaml
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from seattle_temperature.features import prepare


def fit(rows: pd.DataFrame, spec: dict[str, Any]) -> Pipeline:
    """A ridge regression on season and lags; the first days, which have no lags, are left out."""
    lags = list(spec["data"]["lags"])
    known = rows.dropna(subset=lags)
    model = make_pipeline(StandardScaler(), Ridge(**spec["train"]["params"]))
    return model.fit(prepare(known, lags), known[spec["data"]["target"]])


def main() -> None:
    spec = yaml.safe_load(Path("model.yaml").read_text(encoding="utf-8"))
    model = fit(pd.read_parquet("build/data/train.parquet"), spec)
    file = Path("build/model/model.skops")
    file.parent.mkdir(parents=True, exist_ok=True)
    skops.io.dump(model, file)


if __name__ == "__main__":
    main()
