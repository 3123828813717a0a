"""Training gives a model that answers, and that anybody may load."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import skops.io
import yaml
from sklearn.pipeline import Pipeline

from my_model import train

SPEC: dict[str, Any] = yaml.safe_load(Path("model.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """200 made-up rows: warm days are visited."""
    random = np.random.default_rng(0)
    temperature = random.normal(15, 8, 200)
    return pd.DataFrame(
        {
            "id": np.arange(200),
            "temperature": temperature,
            "humidity": random.integers(20, 100, 200),
            "day": random.choice(["weekday", "weekend"], 200),
            "visited": (temperature > 15).astype(int),
        }
    )


@pytest.fixture(scope="module")
def model(rows: pd.DataFrame) -> Pipeline:
    return train.fit(rows, SPEC)


def test_one_probability_a_row(model: Pipeline, rows: pd.DataFrame) -> None:
    probability = model.predict_proba(rows)[:, 1]

    assert probability.shape == (200,)
    assert probability[rows["visited"] == 1].mean() > 2 * probability[rows["visited"] == 0].mean()


def test_an_unseen_category_is_answered(model: Pipeline, rows: pd.DataFrame) -> None:
    assert np.isfinite(model.predict_proba(rows.assign(day="holiday"))).all()


def test_the_file_needs_no_trusted_types(model: Pipeline, tmp_path: Path) -> None:
    skops.io.dump(model, tmp_path / "model.skops")

    assert skops.io.get_untrusted_types(file=tmp_path / "model.skops") == []
