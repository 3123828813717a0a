"""The predictor keeps its contract: what the evaluation and the server rely on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import skops.io
import yaml

from seattle_temperature import predict, train

Predict = Callable[[pd.DataFrame], np.ndarray]
SPEC: dict[str, Any] = yaml.safe_load(Path("model.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """800 made-up days, as the split leaves them: a wave of a year, and what lags of a week say of it."""
    days = pd.date_range("2020-01-01", periods=800, tz="UTC")
    warm = 15 - 10 * np.cos(2 * np.pi * days.day_of_year.to_numpy() / 365)
    chance = np.random.default_rng(0).normal(size=800)
    lags = {name: np.roll(warm, 7) for name in SPEC["data"]["lags"]}
    return pd.DataFrame({"date": days, "temp_max": warm + chance, **lags})


@pytest.fixture(scope="module")
def answer(rows: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Predict:
    folder = tmp_path_factory.mktemp("model")
    skops.io.dump(train.fit(rows, SPEC), folder / "model.skops")
    return predict.load(folder)


def test_one_temperature_a_day(answer: Predict, rows: pd.DataFrame) -> None:
    assert answer(rows).shape == (800,)
    assert np.isfinite(answer(rows)).all()


def test_it_learned_the_season(answer: Predict, rows: pd.DataFrame) -> None:
    assert np.abs(answer(rows) - rows["temp_max"]).mean() < 1.5


def test_rows_do_not_see_each_other(answer: Predict, rows: pd.DataFrame) -> None:
    assert answer(rows[::-1]) == pytest.approx(answer(rows)[::-1])
    assert answer(rows.head(1)) == pytest.approx(answer(rows)[:1])


def test_only_what_the_spec_includes_is_needed(answer: Predict, rows: pd.DataFrame) -> None:
    assert answer(rows[SPEC["train"]["features"]["include"]]) == pytest.approx(answer(rows))


def test_a_missing_lag_is_answered(answer: Predict, rows: pd.DataFrame) -> None:
    assert np.isfinite(answer(rows.assign(temp_max_7d_ago=np.nan))).all()
