"""Fits the model: reads `model.yaml` and `build/data/train.parquet`, writes `build/model/model.skops`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import skops.io
import yaml
from sklearn.compose import make_column_transformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline


def fit(rows: pd.DataFrame, spec: dict[str, Any]) -> Pipeline:
    """The model, fitted on the words of a text and on those that stand side by side."""
    params = dict(spec["train"]["params"])
    words = TfidfVectorizer(sublinear_tf=True, min_df=2, ngram_range=(1, params.pop("ngrams")))
    return make_pipeline(make_column_transformer((words, "text")), LogisticRegression(**params)).fit(
        rows[["text"]], rows[spec["data"]["target"]]
    )


def main() -> None:
    spec = yaml.safe_load(Path("model.yaml").read_text(encoding="utf-8"))
    model = fit(pd.read_parquet("build/data/train.parquet"), spec)
    file = Path("build/model/model.skops")
    file.parent.mkdir(parents=True, exist_ok=True)
    skops.io.dump(model, file)


if __name__ == "__main__":
    main()
