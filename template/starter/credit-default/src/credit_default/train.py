"""Fits the model: reads `model.yaml` and `build/data/train.parquet`, writes `build/model/model.skops`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import skops.io
import yaml
from sklearn.ensemble import HistGradientBoostingClassifier

from credit_default.features import prepare


def fit(rows: pd.DataFrame, spec: dict[str, Any]) -> HistGradientBoostingClassifier:
    """The model, fitted on every column but the target and those that the spec excludes.

    Boosted trees: numbers are taken as they are, a missing one goes its own way in each tree.
    """
    train, target = spec["train"], spec["data"]["target"]
    columns = rows.columns.drop([target, *train["features"]["exclude"]])
    model = HistGradientBoostingClassifier(**train["params"], random_state=train["seed"])
    return model.fit(prepare(rows, columns), rows[target])


def main() -> None:
    spec = yaml.safe_load(Path("model.yaml").read_text(encoding="utf-8"))
    model = fit(pd.read_parquet("build/data/train.parquet"), spec)
    file = Path("build/model/model.skops")
    file.parent.mkdir(parents=True, exist_ok=True)
    skops.io.dump(model, file)


if __name__ == "__main__":
    main()
