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
from sklearn.svm import SVC

from credit_default import predict, train
from credit_default.features import CATEGORIES

Predict = Callable[[pd.DataFrame], np.ndarray]
SPEC: dict[str, Any] = yaml.safe_load(Path("model.yaml").read_text(encoding="utf-8"))
MONTHS = range(1, 7)


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """400 made-up accounts, as the split leaves them; those who paid late tend to default."""
    random = np.random.default_rng(0)
    late = {f"repayment_status_{month}": random.integers(-2, 4, 400) for month in MONTHS}
    money = {f"{kind}_{month}": random.integers(0, 9000, 400) for kind in ("bill", "payment") for month in MONTHS}
    return pd.DataFrame(
        {
            "id": np.arange(400),
            "limit_balance": random.integers(1, 50, 400) * 10_000,
            "sex": random.choice(["female", "male"], 400),
            "education": random.choice(["graduate_school", "university"], 400),
            "marriage": random.choice(["married", "single"], 400),
            "age": random.integers(21, 79, 400),
            **late,
            **money,
            "default": (late["repayment_status_1"] + random.normal(size=400) > 2).astype(int),
            "age_band": "[25,40)",
        }
    )


@pytest.fixture(scope="module")
def answer(rows: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Predict:
    folder = tmp_path_factory.mktemp("model")
    skops.io.dump(train.fit(rows, SPEC), folder / "model.skops")
    return predict.load(folder)


def test_one_probability_a_row(answer: Predict, rows: pd.DataFrame) -> None:
    probability = answer(rows)

    assert probability.shape == (400,)
    assert ((probability >= 0) & (probability <= 1)).all()


def test_it_learned_something(answer: Predict, rows: pd.DataFrame) -> None:
    probability = answer(rows)

    assert probability[rows["default"] == 1].mean() > 2 * probability[rows["default"] == 0].mean()


def test_rows_do_not_see_each_other(answer: Predict, rows: pd.DataFrame) -> None:
    assert answer(rows[::-1]) == pytest.approx(answer(rows)[::-1])
    assert answer(rows.head(1)) == pytest.approx(answer(rows)[:1])


def test_order_of_columns_does_not_matter(answer: Predict, rows: pd.DataFrame) -> None:
    assert answer(rows[rows.columns[::-1]]) == pytest.approx(answer(rows))


@pytest.mark.parametrize("column", SPEC["train"]["features"]["exclude"])
def test_excluded_columns_are_not_needed(answer: Predict, rows: pd.DataFrame, column: str) -> None:
    assert answer(rows.drop(columns=column)) == pytest.approx(answer(rows))


@pytest.mark.parametrize("value", [None, np.nan, "never seen"])
def test_a_missing_or_unseen_category_is_answered(answer: Predict, rows: pd.DataFrame, value: object) -> None:
    assert np.isfinite(answer(rows.assign(education=value))).all()
    assert np.isfinite(answer(rows.head(1).assign(marriage=value))).all()


def test_the_categories_are_those_of_the_contract() -> None:
    for name, known in CATEGORIES.items():
        assert list(known) == SPEC["data"]["contract"]["columns"][name]["values"]


def test_a_missing_number_is_answered(answer: Predict, rows: pd.DataFrame) -> None:
    assert np.isfinite(answer(rows.assign(bill_1=np.nan))).all()


def test_a_file_with_more_than_the_trusted_types_is_refused(tmp_path: Path) -> None:
    skops.io.dump({"model": SVC, "hook": pytest.approx}, tmp_path / "model.skops")

    with pytest.raises(TypeError, match="Untrusted types"):
        predict.load(tmp_path)


def test_predictor_and_spec_trust_the_same_types() -> None:
    assert SPEC["train"]["trusted_types"] == predict.TRUSTED
