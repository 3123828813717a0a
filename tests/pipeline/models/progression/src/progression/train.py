"""Fits a ridge regression and hands it over as ONNX."""

from pathlib import Path

import numpy as np
import pandas as pd
from skl2onnx import to_onnx
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

features = pd.read_parquet("build/features/train.parquet").to_numpy()
target = pd.read_parquet("build/data/train.parquet")["progression"]
model = make_pipeline(StandardScaler(), Ridge()).fit(features, target)
Path("build/model").mkdir(parents=True)
content = to_onnx(model, features.astype(np.float32)[:1]).SerializeToString()
Path("build/model/model.onnx").write_bytes(content)
