"""The simple models beside a candidate: what they reach, and when they do as well."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import mean_absolute_error, r2_score, roc_auc_score

from mlops_spec import model_folder
from mlops_spec.integrity.shapes import SimpleModel
from mlops_spec.pipeline.answers import Answers
from mlops_spec.pipeline.beside_simple import beside_simple
from mlops_spec.pipeline.last_run import beside_simple as noted
from mlops_spec.pipeline.simple_model import Known, simple_of
from mlops_spec.release.card.simple import not_ahead, told
from mlops_spec.spec import Spec

if TYPE_CHECKING:
    from pathlib import Path

DRAW = np.random.default_rng(3)


@pytest.fixture(autouse=True)
def drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever ran before in this process, each test has the same rows."""
    monkeypatch.setattr(f"{__name__}.DRAW", np.random.default_rng(3))


def spec_of(task: str, *gates: dict[str, Any], **sections: Any) -> Spec:
    head = {"spec": 1, "model": "m", "task": task, "owners": ["@a"], "train": {"run": "x"}, "gates": list(gates)}
    return Spec.model_validate(head | {"data": {"path": "d.csv", "target": "y", "id": "id"}} | sections)


def rows(count: int, *, classes: int = 2) -> pd.DataFrame:
    """A number that decides, bent; one of noise with gaps; a text; and the target."""
    x = DRAW.normal(size=count)
    gaps = np.where(DRAW.random(count) < 0.1, np.nan, DRAW.normal(size=count))
    text = DRAW.choice(["a", "b", None], count)
    bent = np.abs(x) - 0.8 + DRAW.normal(0, 0.5, count) + (text == "a")
    y = np.clip(np.floor(bent + classes / 2), 0, classes - 1).astype(int)
    return pd.DataFrame({"id": range(count), "x": x, "gaps": gaps, "text": text, "y": y})


def section(tmp_path: Path, spec: Spec, train: pd.DataFrame, test: pd.DataFrame, score: np.ndarray) -> dict[str, Any]:
    classes = sorted(train["y"].unique().tolist()) if spec.task != "regression" else []
    (tmp_path / model_folder.SPLIT_REPORT).parent.mkdir(parents=True, exist_ok=True)
    data = {"sha256": "0" * 64, "rows": 1}
    record = {"classes": classes, "positive": 1, "data": data}
    (tmp_path / model_folder.SPLIT_REPORT).write_text(json.dumps(record))
    return beside_simple(tmp_path, spec, (train, test), Answers(test["y"].to_numpy(), score))


def test_of_numbers_alone_it_is_scikit_learns_own() -> None:
    train, test = rows(4_000), rows(2_000)
    inputs, asked = (each[["x"]] / train["x"].std(ddof=0) for each in (train, test))

    found = simple_of(Known(train[["x"]], train["y"].to_numpy(), None), test[["x"]], 2)

    model = LogisticRegression().fit(inputs - inputs.mean(), train["y"])
    assert found.linear == pytest.approx(model.predict_proba(asked - inputs.mean())[:, 1], abs=1e-4)
    prior = DummyClassifier(strategy="prior").fit(inputs, train["y"])
    assert found.constant == pytest.approx(prior.predict_proba(asked)[:, 1])


def test_weights_count() -> None:
    train, weight = rows(2_000), DRAW.integers(1, 4, 2_000)
    again = train.loc[np.repeat(train.index, weight)]

    once = simple_of(Known(train[["x", "text"]], train["y"].to_numpy(), weight.astype(float)), train[["x", "text"]], 2)
    often = simple_of(Known(again[["x", "text"]], again["y"].to_numpy(), None), train[["x", "text"]], 2)

    assert once.constant == pytest.approx(often.constant)
    assert np.corrcoef(once.linear, often.linear)[0, 1] > 0.999


def test_several_classes_of_which_train_lacks_one() -> None:
    train, test = rows(3_000, classes=3), rows(500, classes=3)

    found = simple_of(Known(train[["x", "gaps", "text"]], train["y"].to_numpy(), None), test, 4)

    assert found.linear.shape == found.constant.shape == (500, 4)
    assert found.linear.sum(axis=1) == pytest.approx(1)
    assert not found.linear[:, 3].any()


def test_numbers_have_a_ridge_and_two_constants(tmp_path: Path) -> None:
    train, test = rows(3_000), rows(1_000)
    for each in (train, test):
        each["y"] = np.abs(each["x"]) + 0.5 * each["x"] + DRAW.normal(0, 0.3, len(each))
    gates = ({"metric": "r2", "min": 0.2}, {"metric": "mean_absolute_error", "max": 2})
    spec = spec_of("regression", *gates, train={"run": "x", "features": {"include": ["x"]}})

    measures = section(tmp_path, spec, train, test, (test["x"].abs() + 0.5 * test["x"]).to_numpy())["measures"]

    inputs = [(each[["x"]] - train["x"].mean()) / train["x"].std(ddof=0) for each in (train, test)]
    ridge = Ridge().fit(inputs[0], train["y"]).predict(inputs[1])
    assert measures["r2"]["linear"] == pytest.approx(r2_score(test["y"], ridge), abs=1e-4)
    median = DummyRegressor(strategy="median").fit(inputs[0], train["y"]).predict(inputs[1])
    assert measures["mean_absolute_error"]["constant"] == pytest.approx(mean_absolute_error(test["y"], median), 1e-4)
    assert measures["mean_absolute_error"]["lead"]["low"] > 0, "an error is better where it is less"


def test_who_bends_is_ahead_and_who_does_not_is_told(tmp_path: Path) -> None:
    train, test = rows(4_000), rows(2_000)
    spec = spec_of("binary-classification", {"metric": "roc_auc", "min": 0.7}, {"metric": "brier_score", "max": 0.3})
    linear = simple_of(Known(train[["x", "gaps", "text"]], train["y"].to_numpy(), None), test, 2).linear
    bent = norm.cdf((test["x"].abs() - 0.8 + (test["text"] == "a")) / 0.5)  # as `rows` draws the target

    good, equal = (section(tmp_path, spec, train, test, score) for score in (bent, linear))

    assert good["measures"]["roc_auc"]["linear"] == pytest.approx(roc_auc_score(test["y"], linear), abs=1e-5)
    assert told(SimpleModel(**good)).startswith("Ahead of a logistic regression on the same features: roc_auc +0.")
    assert not not_ahead(SimpleModel(**good))
    assert not_ahead(SimpleModel(**equal))
    assert "by more than chance: roc_auc +0 (+0 … +0); brier_score +0 (+0 … +0)." in told(SimpleModel(**equal))


def test_only_gates_have_a_lead_and_calibration_has_none(tmp_path: Path) -> None:
    train, test = rows(2_000), rows(500)
    gates = ({"metric": "roc_auc", "min": 0.7}, {"metric": "expected_calibration_error", "max": 0.1})
    spec = spec_of("binary-classification", *gates, evaluate={"metrics": ["log_loss"]})

    measures = section(tmp_path, spec, train, test, np.full(500, 0.4))["measures"]

    assert {name for name, found in measures.items() if "lead" in found} == {"roc_auc"}
    assert measures.keys() == {"log_loss", "roc_auc", "expected_calibration_error"}


def test_an_undefined_measure_of_a_constant_is_null(tmp_path: Path) -> None:
    train, test = rows(2_000), rows(500)
    train["y"], test["y"] = (np.arange(len(each)) % 5 == 0 for each in (train, test))
    spec = spec_of("binary-classification", {"metric": "precision", "min": 0.1})

    found = section(tmp_path, spec, train.astype({"y": int}), test.astype({"y": int}), DRAW.random(500))

    assert found["measures"]["precision"] == {"constant": None, "linear": None}


def test_features_of_any_kind_are_taken() -> None:
    odd = pd.DataFrame(
        {
            "huge": [1e200, -np.inf, 1.0, np.nan] * 100,
            "never": [np.nan] * 400,
            "mixed": [1, "a", None, 2.5] * 100,
            "flag": [True, False] * 200,
            "time": pd.date_range("2026-01-01", periods=400),
        }
    )

    found = simple_of(Known(odd, np.array([1, 0] * 200), None), odd, 2)

    assert (found.linear[::2] > 0.9).all()
    assert (found.linear[1::2] < 0.1).all()


def test_where_none_can_be_fitted_the_reason_is_said(tmp_path: Path) -> None:
    train = pd.DataFrame({"x": pd.date_range("2026-01-01", periods=400), "y": [0, 1] * 200})
    spec = spec_of("binary-classification", {"metric": "roc_auc", "min": 0.7})

    found = section(tmp_path, spec, train, train, DRAW.random(400))

    assert found.keys() == {"reason"}
    assert found["reason"]
    assert told(SimpleModel(**found)) == ""


@pytest.mark.parametrize(("lead", "note"), [(0.02, ""), (-0.01, "Not ahead of a logistic regression")])
def test_the_gate_says_when_a_simple_model_does_as_well(tmp_path: Path, lead: float, note: str) -> None:
    beside = {"constant": 0.5, "linear": 0.7, "lead": {"value": 0.03, "low": lead, "high": 0.04}}
    section = {"kind": "logistic regression", "rows": 9, "measures": {"roc_auc": beside}}
    (tmp_path / model_folder.EVALUATION).parent.mkdir(parents=True)
    (tmp_path / model_folder.EVALUATION).write_text(json.dumps({"simple_model": section}))

    assert noted(tmp_path).startswith(note)
    assert bool(noted(tmp_path)) is bool(note)
