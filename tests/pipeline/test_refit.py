"""Models that are trained anew at each origin of a forecast: on what was known there, and on no tested row."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import yaml

from mlops_spec import model_folder
from mlops_spec.engines.dvc.stages import stages
from mlops_spec.errors import Failure
from mlops_spec.pipeline.answers import Answers
from mlops_spec.pipeline.refitted import refitted
from mlops_spec.pipeline.sides import in_test
from mlops_spec.pipeline.split import without_gap
from mlops_spec.pipeline.stage import run_stage
from mlops_spec.spec import Spec

if TYPE_CHECKING:
    from pathlib import Path

TRAIN = """
import os, pathlib
import pandas as pd
rows = pd.read_parquet("build/data/train.parquet")
assert not os.path.exists("build/data/test.parquet"), "tested rows are there"
folder = pathlib.Path("build/model"); folder.mkdir(parents=True)
(folder / "known.txt").write_text(f"{len(rows)} {rows.day.max()}")
"""
PREDICT = """
def load(folder):
    rows, last = (folder / "known.txt").read_text().split()
    return lambda frame: [float(rows) + 1000 * int(last[-2:])] * len(frame)
"""


def declared(**split: Any) -> dict[str, Any]:
    return {
        "spec": 1,
        "model": "m",
        "task": "forecasting",
        "owners": ["@a"],
        "data": {
            "path": "d.csv",
            "target": "sales",
            "time": "day",
            "series": "store",
            "frequency": "1d",
            "split": {"by": "time", "horizon": "7d", "folds": 3, "refit": True} | split,
        },
        "train": {"run": f"{sys.executable} train.py", "predictor": "shop:load", "format": "custom"},
        "gates": [{"metric": "wape", "max": 0.7}],
    }


def project(root: Path, **split: Any) -> tuple[Spec, pd.DataFrame]:
    """Two stores from January 1 to February 19, split; the test rows in another order than that of time."""
    known = declared(**split)
    known["train"]["predictor"] = f"{root.name}:load"  # a module is imported once
    given = Spec.model_validate(known)
    days = pd.date_range("2024-01-01", periods=50).strftime("%Y-%m-%d")
    rows = pd.DataFrame({"day": np.tile(days, 2), "store": np.repeat(["a", "b"], 50), "sales": np.arange(100.0)})
    rows = without_gap(given.data, rows)
    side = in_test(given.data, rows)
    (root / model_folder.SPLIT).mkdir(parents=True)
    rows[~side].to_parquet(root / model_folder.TRAIN_ROWS, index=False)
    test = rows[side].sample(frac=1, random_state=0)
    test.to_parquet(root / model_folder.TEST_ROWS, index=False)
    report = '{"v":1,"classes":[],"positive":null,"data":{"rows":100,"sha256":"' + "0" * 64 + '"}}'
    (root / model_folder.SPLIT_REPORT).write_text(report)
    (root / "model.yaml").write_text(yaml.safe_dump(known))
    (root / "train.py").write_text(TRAIN)
    (root / "src").mkdir()
    (root / "src" / f"{root.name}.py").write_text(PREDICT)
    return given, test


@pytest.mark.parametrize(("gap", "known"), [(None, ["2024-02-05", "2024-02-12"]), ("2d", ["2024-02-03", "2024-02-10"])])
def test_each_model_knows_what_was_known_at_its_origin(tmp_path: Path, gap: str | None, known: list[str]) -> None:
    """The folds begin on January 30, February 6 and 13; the released model answers the first."""
    given, test = project(tmp_path, **({"gap": gap} if gap else {}))

    run_stage(tmp_path, given, "refit")

    found = pd.read_parquet(tmp_path / model_folder.REFIT)
    days = test["day"].to_numpy()[found["row"]]
    assert sorted(set(days)) == [f"2024-02-{day:02}" for day in range(6, 20)]
    without = 2 * 2 if gap else 0  # rows of the gap before the first origin were never kept
    for begins, last in zip(("2024-02-06", "2024-02-13"), known, strict=True):
        told = found["y_score"][(days >= begins) & (days < f"2024-02-{int(begins[-2:]) + 7:02}")]
        rows = 2 * ((pd.Timestamp(last) - pd.Timestamp("2024-01-01")).days + 1) - without
        assert set(told) == {rows + 1000 * int(last[-2:])}
    assert not (tmp_path / model_folder.MODEL).exists()

    truth = test["sales"].to_numpy()
    section = refitted(tmp_path, given, Answers(truth, np.zeros(42)))["refit"]
    assert section["trainings"] == 2
    assert section["measures"]["wape"]["value"] > 1


def test_a_training_that_fails_is_named_by_its_origin(tmp_path: Path) -> None:
    given, _ = project(tmp_path, horizon="8d", folds=2)
    (tmp_path / "train.py").write_text("raise SystemExit(3)")

    with pytest.raises(Failure, match=r"train\.run at origin 2"):
        run_stage(tmp_path, given, "refit")


def test_it_is_a_stage_of_its_own_where_it_is_asked_for() -> None:
    asked, one, none = (
        {each.name: each for each in stages(Spec.model_validate(declared(**split)), frozenset(), {})}
        for split in ({}, {"folds": 1}, {"refit": False})
    )

    assert "refit" not in one
    assert "refit" not in none
    assert "build/refit/answers.parquet" in asked["evaluate"].reads
    assert "build/refit/answers.parquet" not in none["evaluate"].reads
    assert "build/model" not in asked["refit"].reads
    assert refitted(None, Spec.model_validate(declared(refit=False)), None) == {}  # type: ignore[arg-type]
