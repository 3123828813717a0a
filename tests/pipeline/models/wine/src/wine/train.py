"""Fits a random forest with the seed that the pipeline gives."""

import os
from pathlib import Path

import pandas as pd
import skops.io
from sklearn.ensemble import RandomForestClassifier

rows = pd.read_parquet("build/data/train.parquet")
model = RandomForestClassifier(60, random_state=int(os.environ["MLOPS_SPEC_SEED"]))
model.fit(rows.drop(columns=["cultivar", "id"]), rows["cultivar"])
Path("build/model").mkdir(parents=True)
skops.io.dump(model, "build/model/forest.skops")
