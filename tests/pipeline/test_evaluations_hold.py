"""The evaluation that the pipeline makes holds together by the verifier, whatever the task."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from mlops_spec import model_folder
from mlops_spec.integrity import evaluation as verifying
from mlops_spec.integrity.by_target import of_labels
from mlops_spec.integrity.shapes import Evaluation, read
from mlops_spec.package.manifest import canonical
from mlops_spec.pipeline.answers import Answers, groups_of, truth_of, weights_of
from mlops_spec.pipeline.beside_simple import beside_simple
from mlops_spec.pipeline.evaluate import _evaluation
from mlops_spec.pipeline.split_report import read_split_report
from mlops_spec.spec import Spec

from .test_quantiles import case as forecast

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 600
FILES = {model_folder.TEST_ROWS: "rows", model_folder.PREDICTIONS: "answers"}
_PLAIN = {"path": "rows.csv", "id": "id"}
CASES: dict[str, dict[str, Any]] = {
    "binary": {
        "task": "binary-classification",
        "data": {**_PLAIN, "target": "left", "protected": ["sex"]},
        "evaluate": {
            "metrics": ["accuracy", "log_loss", "brier_score", "recall"],
            "threshold": 0.35,
            "slices": ["place"],
            "cost": {"false_positive": 1, "false_negative": 5, "true_positive": -2},
        },
        "gates": [{"metric": "log_loss", "max": 1}],
    },
    "weighted": {
        "task": "binary-classification",
        "data": {**_PLAIN, "target": "left", "weight": "exposure"},
        "evaluate": {"slices": ["place"], "cost": {"false_positive": 1, "false_negative": 5}},
        "gates": [{"metric": "brier_score", "max": 1}],
    },
    "multiclass": {
        "task": "multiclass-classification",
        "data": {**_PLAIN, "target": "grade"},
        "evaluate": {"metrics": ["accuracy", "brier_score", "log_loss", "roc_auc_ovr"], "slices": ["place"]},
        "gates": [{"metric": "accuracy", "min": 0.1}],
    },
    "regression": {
        "task": "regression",
        "data": {**_PLAIN, "target": "weight"},
        "evaluate": {
            "metrics": ["r2", "mean_absolute_error", "mean_squared_error", "root_mean_squared_error"],
            "slices": ["place", "sex"],
        },
        "gates": [{"metric": "r2", "min": 0}],
    },
    "several targets": {
        "task": "regression",
        "data": {**_PLAIN, "target": ["weight", "volume"]},
        "evaluate": {"metrics": ["r2_worst", "mean_absolute_error", "mean_squared_error"], "slices": ["place"]},
        "gates": [{"metric": "r2", "min": 0}],
    },
    "multilabel": {
        "task": "multilabel-classification",
        "data": {**_PLAIN, "target": ["left", "late"]},
        "evaluate": {"metrics": ["hamming_loss", "f1_macro"], "slices": ["place"]},
        "gates": [{"metric": "f1_micro", "min": 0}],
    },
    "ranking": {
        "task": "ranking",
        "data": {**_PLAIN, "target": "late", "split": {"by": "group", "column": "search"}},
        "evaluate": {"metrics": ["ndcg", "mean_reciprocal_rank"], "slices": ["place"]},
        "gates": [{"metric": "ndcg", "min": 0}],
    },
    "generation": {
        "task": "generation",
        "data": {**_PLAIN, "target": "title"},
        "evaluate": {"metrics": ["exact_match", "token_f1", "chrf", "chrf_mean", "rouge_l"], "slices": ["place"]},
        "gates": [{"metric": "token_f1", "min": 0}],
    },
}


def table() -> pd.DataFrame:
    """Rows with a target of each task, of which age tells something."""
    draw = np.random.default_rng(3)
    age = draw.integers(18, 90, ROWS)
    words = np.array(["red door", "blue door", "red house", "a house", "door"])
    return pd.DataFrame(
        {
            "id": [f"r{number}" for number in range(ROWS)],
            "age": age,
            "place": draw.choice(["york", "bath", "hull"], ROWS, p=[0.6, 0.3, 0.1]),
            "sex": draw.choice(["f", "m"], ROWS),
            "exposure": draw.gamma(2, 1, ROWS) + 0.1,
            "left": (draw.random(ROWS) < age / 120).astype(int),
            "late": (draw.random(ROWS) < 0.3).astype(int),
            "grade": draw.choice(["high", "low", "middle"], ROWS),
            "weight": age * 0.3 + draw.normal(size=ROWS),
            "volume": age * 0.1 + draw.normal(size=ROWS),
            "title": draw.choice(words, ROWS),
            "search": [f"s{number // 6}" for number in range(ROWS)],
        }
    )


def told(spec: Spec, rows: pd.DataFrame) -> np.ndarray:
    """Answers that are neither right nor quite wrong."""
    draw = np.random.default_rng(4)
    match spec.task:
        case "binary-classification":
            return np.asarray(np.round(np.clip(rows["age"] / 120 + draw.normal(0, 0.1, len(rows)), 0.01, 0.99), 2))
        case "multiclass-classification":
            return draw.dirichlet([1, 1, 1], len(rows))
        case "multilabel-classification":
            return draw.random((len(rows), 2))
        case "generation":
            return np.asarray([json.dumps(text) for text in draw.permutation(rows["title"].to_numpy())], dtype=object)
    values = rows[list(spec.data.targets)].to_numpy() + draw.normal(0, 2, (len(rows), len(spec.data.targets)))
    return values if len(spec.data.targets) > 1 else values[:, 0]


def classes_of(spec: Spec) -> list[Any]:
    known = {"binary-classification": [0, 1], "multiclass-classification": ["high", "low", "middle"]}
    return known.get(spec.task, [*spec.data.targets] if len(spec.data.targets) > 1 else [])


@pytest.mark.parametrize("case", CASES)
def test_what_the_pipeline_evaluates_holds_together(tmp_path: Path, case: str) -> None:
    common = {"spec": 1, "model": "m", "owners": ["@a"], "train": {"run": "x"}}
    spec = Spec.model_validate({**common, **CASES[case]})
    rows = table()
    split = {"classes": classes_of(spec), "positive": 1 if spec.task.startswith("binary") else None}
    report = {**split, "data": {"sha256": "0" * 64, "rows": ROWS}}
    for path, content in {model_folder.SPLIT_REPORT: json.dumps(report), **FILES}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    truth = truth_of(spec, read_split_report(tmp_path), rows)
    answers = Answers(truth, told(spec, rows), groups_of(spec, rows, truth), weights_of(spec, rows))

    check(tmp_path, spec, rows, answers)


def test_so_does_that_of_a_forecast_by_quantiles(tmp_path: Path) -> None:
    spec, rows, answers = forecast()
    for path, content in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)

    check(tmp_path, spec, rows, answers)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda labels: labels.pop("late"), "labels.late: is missing, or no label of the spec"),
        (lambda labels: labels["late"].update(rows=601), "labels.late.rows: is 601, of 600 rows"),
        (lambda labels: labels["late"]["measures"]["f1"].update(value=1.5), "labels.late.measures.f1: lies beyond"),
        (lambda labels: labels["late"]["measures"].pop("recall"), "labels.late.measures.recall: is missing"),
    ],
)
def test_a_label_that_was_changed_is_found(change: Any, said: str) -> None:
    spec = Spec.model_validate(
        {"spec": 1, "model": "m", "owners": ["@a"], "train": {"run": "x"}, **CASES["multilabel"]}
    )
    measure = {"value": 0.5, "low": 0.4, "high": 0.6, "method": "wilson"}
    labels = {
        name: {"rows": 9, "measures": {one: {**measure} for one in ("precision", "recall", "f1")}}
        for name in ("left", "late")
    }
    change(labels)
    whole = {
        "v": 1,
        "model": "m",
        "rows": 600,
        "test_sha256": "0" * 64,
        "predictions_sha256": "0" * 64,
        "measures": {},
        "slices": {},
    }

    found = of_labels(spec, Evaluation.model_validate({**whole, "labels": labels}))

    assert any(said in str(each) for each in found)


def check(root: Path, spec: Spec, rows: pd.DataFrame, answers: Answers) -> None:
    made = _evaluation(root, spec, rows, answers)
    made["simple_model"] = beside_simple(root, spec, (rows, rows), answers)
    evaluation = read(Evaluation, canonical(made), root / "evaluation.json")
    judged: Any = SimpleNamespace(rows=len(rows))

    assert list(map(str, verifying.problems(spec, evaluation, judged, []))) == []
