"""Fits a logistic regression on every column but the target, the id and what the spec excludes."""

from pathlib import Path

import pandas as pd
import skops.io
import yaml
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

spec = yaml.safe_load(Path("model.yaml").read_text())
rows = pd.read_parquet("build/data/train.parquet")
features = rows.drop(columns=["diagnosis", "id", *spec["train"]["features"]["exclude"]])
model = make_pipeline(StandardScaler(), LogisticRegression(**spec["train"]["params"]))
Path("build/model").mkdir(parents=True)
skops.io.dump(model.fit(features, rows["diagnosis"]), "build/model/model.skops")
