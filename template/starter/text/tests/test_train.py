"""Training gives a model that answers any text, and that anybody may load."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import skops.io
import yaml
from sklearn.pipeline import Pipeline

from my_texts import train

SPEC: dict[str, Any] = yaml.safe_load(Path("model.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """40 made-up sentences: half praise, half complain."""
    said = [("it works very well", 1), ("great sound and great screen", 1), ("it broke", 0), ("the screen is poor", 0)]
    return pd.DataFrame(said * 10, columns=["text", "positive"])


@pytest.fixture(scope="module")
def model(rows: pd.DataFrame) -> Pipeline:
    return train.fit(rows, SPEC)


def test_one_probability_a_row(model: Pipeline, rows: pd.DataFrame) -> None:
    probability = model.predict_proba(rows[["text"]])[:, 1]

    assert probability.shape == (40,)
    assert probability[rows["positive"] == 1].min() > probability[rows["positive"] == 0].max()


@pytest.mark.parametrize("text", ["", "words that nobody knows", "ß" * 2**20])
def test_any_text_is_answered(model: Pipeline, text: str) -> None:
    assert np.isfinite(model.predict_proba(pd.DataFrame({"text": [text]}))).all()


def test_the_file_needs_no_trusted_types(model: Pipeline, tmp_path: Path) -> None:
    skops.io.dump(model, tmp_path / "model.skops")

    assert skops.io.get_untrusted_types(file=tmp_path / "model.skops") == []
