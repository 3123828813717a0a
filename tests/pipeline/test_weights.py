"""`data.weight`: what each row counts in every measure; no feature, and a number above 0 in every row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss, roc_auc_score

from mlops_spec.pipeline.answers import Answers, weights_of
from mlops_spec.pipeline.contract import check
from mlops_spec.pipeline.measured import interval_of, measure
from mlops_spec.pipeline.signature import features
from mlops_spec.spec import Spec
from mlops_spec.spec.features import is_feature

if TYPE_CHECKING:
    from pathlib import Path

SPEC = Spec.model_validate(
    {
        "spec": 1,
        "model": "m",
        "task": "binary-classification",
        "owners": ["@a"],
        "data": {"path": "d.csv", "target": "target", "weight": "exposure"},
        "train": {"run": "x"},
        "gates": [{"metric": "roc_auc", "min": 0.1}],
    }
)


def rows(exposure: object = None) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    target = (rng.random(500) < 0.4).astype(int)
    weight = rng.gamma(2, 1, 500) + 0.1 if exposure is None else exposure
    return pd.DataFrame({"age": rng.integers(18, 90, 500), "exposure": weight, "target": target})


def test_it_is_no_feature() -> None:
    assert features(SPEC, ["age", "exposure", "target"]) == ("age",)
    assert not is_feature(SPEC, "exposure")


def test_measures_and_their_intervals_take_it(tmp_path: Path) -> None:
    data, score = rows(), np.random.default_rng(1).random(500)
    given = Answers(data["target"].to_numpy(), score, weights=weights_of(SPEC, data))

    found = measure(tmp_path, SPEC, ["log_loss"], given)["log_loss"]
    area = interval_of(tmp_path, SPEC, "roc_auc", given)

    assert found["value"] == pytest.approx(log_loss(data["target"], score, sample_weight=data["exposure"]))
    assert area.value == pytest.approx(roc_auc_score(data["target"], score, sample_weight=data["exposure"]))


def test_some_rows_keep_their_weights(tmp_path: Path) -> None:
    data, score = rows(), np.random.default_rng(1).random(500)
    some = Answers(data["target"].to_numpy(), score, weights=weights_of(SPEC, data)).of(np.arange(200))

    expected = roc_auc_score(data["target"][:200], score[:200], sample_weight=data["exposure"][:200])
    assert interval_of(tmp_path, SPEC, "roc_auc", some).value == pytest.approx(expected)


@pytest.mark.parametrize(("wrong", "said"), [(0.0, "not above 0"), (-1.0, "not above 0"), (None, "missing")])
def test_a_row_without_a_weight_breaks_the_contract(wrong: float | None, said: str) -> None:
    data = rows()
    data.loc[3, "exposure"] = wrong

    assert any(said in str(each) and "exposure" in str(each) for each in check(SPEC, data))
    assert not check(SPEC, rows())


def test_a_column_that_is_not_there_is_named() -> None:
    assert any("data.weight" in str(each) for each in check(SPEC, rows().drop(columns="exposure")))
