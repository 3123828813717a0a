"""Where things lie in a repository of one model: every name that two parts must agree on."""

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
SEEDS = BUILD / "seeds" / "answers.parquet"  # of models that are trained with further seeds
PACKAGE = BUILD / "package"
MANIFEST = P("manifest.json")  # inside a package
GATE = BUILD / "gate.json"
DRILL = BUILD / "drill.json"
PLAN = BUILD / "plan.json"
REPORT = BUILD / "report.json"

DEPLOY = P("deploy")
CARD = P("MODEL_CARD.md")
RELEASE = P("release")  # in a release commit: what the version was judged by
MANAGED = P(".mlops/managed.json")
OVERLAYS = P(".mlops/overlays")

CHECKS = ("Lint and plan", "Train and gate")  # the jobs that the ruleset of the default branch requires
MAIN_BRANCH = "main"  # where neither the spec nor the remote says otherwise
LEDGER_BRANCH = "audit-log"
