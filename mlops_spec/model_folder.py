"""What lies inside a model's folder, by paths relative to it: every name that two parts must agree on."""

from __future__ import annotations

from pathlib import PurePosixPath as P

SPEC = P("model.yaml")
BUILD = P("build")

SPLIT = BUILD / "data"
TRAIN_ROWS = SPLIT / "train.parquet"
TEST_ROWS = SPLIT / "test.parquet"
SPLIT_REPORT = SPLIT / "split.json"
MODEL = BUILD / "model"
EVALUATE = BUILD / "evaluate"
PREDICTIONS = EVALUATE / "predictions.parquet"
EVALUATION = EVALUATE / "evaluation.json"
PLOTS = EVALUATE / "plots"
REFIT = BUILD / "refit" / "answers.parquet"  # of models that are trained anew at each origin of a forecast
SEEDS = BUILD / "seeds" / "answers.parquet"  # of models that are trained with further seeds
PACKAGE = BUILD / "package"
MANIFEST = P("manifest.json")  # inside a package
GATE = BUILD / "gate.json"
DRILL = BUILD / "drill.json"
REPORT = BUILD / "report.json"

DEPLOY = P("deploy")
CARD = P("MODEL_CARD.md")
RELEASE = P("release")  # in a release commit: what the version was judged by
