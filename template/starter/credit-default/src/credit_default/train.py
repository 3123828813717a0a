"""Fits the model: reads `model.yaml` and `build/data/train.parquet`, writes `build/model/model.skops`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import skops.io
import yaml
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder

from credit_default.features import CATEGORIES, prepare


def pipeline(params: dict[str, Any], *, seed: int) -> Pipeline:
    """The untrained model: one-hot categories and numbers as they are, into boosted trees.

    A category that is missing or was never trained on is all zeros; a missing number goes its own way in each tree.
    """
    encode = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), CATEGORIES),
        remainder="passthrough",
    )
    return make_pipeline(encode, HistGradientBoostingClassifier(**params, random_state=seed))


def fit(rows: pd.DataFrame, spec: dict[str, Any]) -> Pipeline:
    """The model, fitted on every column but the target and those that the spec excludes."""
    train, target = spec["train"], spec["data"]["target"]
    columns = rows.columns.drop([target, *train["features"]["exclude"]])
    model = pipeline(train["params"], seed=train["seed"])
    return model.fit(prepare(rows, columns), rows[target])


def main() -> None:
    spec = yaml.safe_load(Path("model.yaml").read_text(encoding="utf-8"))
    model = fit(pd.read_parquet("build/data/train.parquet"), spec)
    file = Path("build/model/model.skops")
    file.parent.mkdir(parents=True, exist_ok=True)
    skops.io.dump(model, file)


if __name__ == "__main__":
    main()
