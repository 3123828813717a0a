"""The stage before training: the columns that the model is to see."""

from pathlib import Path

import pandas as pd

rows = pd.read_parquet("build/data/train.parquet")
Path("build/features").mkdir(parents=True)
rows.drop(columns=["id", "progression"]).to_parquet("build/features/train.parquet")
