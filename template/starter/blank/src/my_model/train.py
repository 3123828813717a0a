"""Fits the model: reads `model.yaml` and `build/data/train.parquet`, writes `build/model/model.skops`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import skops.io
import yaml
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


def fit(rows: pd.DataFrame, spec: dict[str, Any]) -> Pipeline:
    """The model, fitted on every column but the target and those that the spec excludes."""
    train, target = spec["train"], spec["data"]["target"]
    features = rows.drop(columns=[target, *train["features"]["exclude"]])
    prepare = make_column_transformer(
        (StandardScaler(), list(features.select_dtypes("number"))),
        (OneHotEncoder(handle_unknown="ignore"), list(features.select_dtypes(exclude="number"))),
    )
    return make_pipeline(prepare, LogisticRegression(**train["params"])).fit(features, rows[target])


def main() -> None:
    spec = yaml.safe_load(Path("model.yaml").read_text(encoding="utf-8"))
    model = fit(pd.read_parquet("build/data/train.parquet"), spec)
    file = Path("build/model/model.skops")
    file.parent.mkdir(parents=True, exist_ok=True)
    skops.io.dump(model, file)


if __name__ == "__main__":
    main()
