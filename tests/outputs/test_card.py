"""The model card: metadata as Hugging Face reads it, and every gate in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from mlops_spec.lint.load import load_spec
from mlops_spec.outputs.card import metrics

CASES = Path(__file__).parent.parent / "render"

# From huggingface.co/docs/hub/model-cards and its list of tasks.
PIPELINE_TAGS = {"tabular-classification", "tabular-regression"}
LIBRARIES = {"sklearn", "onnx"}


def metadata(case: str) -> dict[str, Any]:
    text = (CASES / case / "expected" / "MODEL_CARD.md").read_text(encoding="utf-8")
    opening, front, _ = text.split("---\n", 2)
    assert opening == ""
    found: dict[str, Any] = yaml.safe_load(front)
    return found


@pytest.mark.parametrize("case", ["full", "minimal", "attested", "travels", "lived-in"])
def test_the_metadata_is_what_hugging_face_reads(case: str) -> None:
    found = metadata(case)

    assert found.keys() <= {"model_name", "pipeline_tag", "library_name", "tags", "metrics"}
    assert found["pipeline_tag"] in PIPELINE_TAGS
    assert found["library_name"] in LIBRARIES
    for each in [found["model_name"], *found["tags"], *found["metrics"]]:
        assert isinstance(each, str)


def test_the_metadata_says_what_the_spec_says() -> None:
    assert metadata("attested") == {
        "model_name": "churn",
        "pipeline_tag": "tabular-classification",
        "library_name": "onnx",
        "tags": ["tabular", "mlops-spec", "multiclass-classification"],
        "metrics": ["log_loss"],
    }


def test_every_gate_is_put_into_words() -> None:
    spec = load_spec(CASES / "full" / "model.yaml")

    assert [(each.what, each.bound) for each in (gate.requirement() for gate in spec.gates)] == [
        ("roc_auc", "≥ 0.76"),
        ("expected_calibration_error", "≤ 0.03"),
        ("roc_auc against the version in production, on the same rows", "at most 0.005 worse"),
        ("roc_auc in each value of age_band", "≥ 0.7"),
        ("equalized_odds_difference by sex", "≤ 0.1"),
        ("drop of roc_auc under missing at a rate of 0.2 in education, marriage", "≤ 0.03"),
        ("99th percentile of latency, batch of 1", "≤ 50ms"),
        ("size of the package", "≤ 50MB"),
        ("roc_auc in each slice of 1,000 rows or more by every column, and in every pair of them", "≥ 0.6"),
    ]


def test_what_gates_name_is_measured_too_and_nothing_twice() -> None:
    spec = load_spec(CASES / "full" / "model.yaml")

    assert metrics(spec) == ("roc_auc", "average_precision", "brier_score", "log_loss", "expected_calibration_error")
