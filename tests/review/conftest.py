"""A report as an honest run writes it."""

from __future__ import annotations

from typing import Any

import pytest

from mlops_spec.spec import Spec

SPEC = {
    "spec": 1,
    "model": "credit-default",
    "task": "binary-classification",
    "owners": ["@acme/credit"],
    "data": {"path": "d.csv", "target": "default", "id": "id", "protected": ["sex"]},
    "train": {"run": "x", "features": {"exclude": ["sex"]}},
    "gates": [
        {"metric": "roc_auc", "min": 0.76},
        {"champion": "production", "metric": "roc_auc", "margin": 0.005},
        {"slice": "age_band", "metric": "roc_auc", "min": 0.7},
        {"weak_slices": "all", "metric": "roc_auc", "min": 0.65},
        {"fairness": "equalized_odds_difference", "by": "sex", "max": 0.1},
        {"latency": {"p99": "50ms"}},
        {"size": {"max": "50MB"}},
    ],
    "environments": {"staging": {"after": "merge"}, "production": {"after": "staging"}},
    "governance": {
        "waivers": [
            {
                "gate": "fairness/equalized_odds_difference/sex",
                "reason": "Label noise under review with compliance.",
                "owner": "@acme/risk",
                "expires": "2027-01-31",
            }
        ]
    },
}


def gate(
    name: str, kind: str, value: float | None, low: float | None, high: float | None, **more: Any
) -> dict[str, Any]:
    """One gate's record; passes unless told otherwise."""
    return {"id": name, "kind": kind, "value": value, "low": low, "high": high, "verdict": "pass", "reason": "", **more}


def honest() -> dict[str, Any]:
    """Everything passes but fairness, which main waives."""
    auc = {"metric": "roc_auc", "bound": {"op": ">=", "value": 0.7}}
    return {
        "v": 1,
        "model": "credit-default",
        "commit": "0" * 40,
        "digest": "sha256:" + "1" * 64,
        "rows": 7479,
        "against": {"environment": "production", "version": "v1.4.0", "digest": "sha256:" + "2" * 64},
        "gates": [
            gate("contract", "contract", 0, 0, 0, bound={"op": "=", "value": 0}),
            *(
                gate(name, "leak", 0, 0, 0, bound={"op": "=", "value": 0})
                for name in ("leak", "leak/near", "leak/target")
            ),
            gate("roc_auc", "metric", 0.777, 0.766, 0.791, metric="roc_auc", bound={"op": ">=", "value": 0.76}),
            gate(
                "champion/production/roc_auc",
                "champion",
                0.001,
                -0.003,
                0.005,
                metric="roc_auc",
                bound={"op": ">=", "value": -0.005},
                baseline=0.776,
            ),
            gate("slice/age_band/roc_auc", "slice", 0.741, 0.71, 0.781, **auc),
            gate("slice/age_band/roc_auc/[0,25)", "slice", 0.741, 0.71, 0.781, slice="[0,25)", **auc),
            gate(
                "weak_slices/roc_auc",
                "weak_slices",
                0.723,
                0.678,
                0.795,
                metric="roc_auc",
                slice="education=university & sex=male",
                bound={"op": ">=", "value": 0.65},
            ),
            gate(
                "fairness/equalized_odds_difference/sex",
                "fairness",
                0.131,
                0.107,
                0.166,
                metric="equalized_odds_difference",
                bound={"op": "<=", "value": 0.1},
                verdict="fail",
                reason="true positive rate: female 0.29, male 0.42",
                waived_until="2027-01-31",
            ),
            gate("latency/p99", "latency", 3.1, 3.0, 3.3, metric="p99", bound={"op": "<=", "value": 50}),
            gate("size", "size", 2e6, 2e6, 2e6, metric="bytes", bound={"op": "<=", "value": 5e7}),
        ],
        "measures": {"roc_auc": {"value": 0.777, "low": 0.766, "high": 0.791}, "log_loss": {"value": 0.43}},
        "simple_model": {
            "kind": "logistic regression",
            "measures": {
                "roc_auc": {
                    "linear": 0.772,
                    "constant": 0.5,
                    "lead": {"value": 0.005, "low": -0.002, "high": 0.012},
                }
            },
        },
        "calibration": {
            "brier_score": 0.1348,
            "reliability": 0.0004,
            "resolution": 0.0372,
            "uncertainty": 0.1719,
            "within": -0.0003,
        },
        "slices": [
            {"column": "age_band", "value": "[0,25)", "rows": 651, "measures": {"roc_auc": {"value": 0.741}}},
            {"column": "age_band", "value": "[25,40)", "rows": 4443, "measures": {"roc_auc": {"value": 0.78}}},
        ],
        "curves": {"roc": [0.0, 0.5, 1.0]},
    }


@pytest.fixture
def record() -> dict[str, Any]:
    return honest()


@pytest.fixture
def spec() -> Spec:
    return Spec.model_validate(SPEC)
