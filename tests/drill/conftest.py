"""One case that every gate passes, with nothing on disk but its package's reference."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from mlops_spec import model_folder
from mlops_spec.gates.case import Case
from mlops_spec.pipeline.answers import Answers
from mlops_spec.pipeline.reference import NAME, reference_of
from mlops_spec.pipeline.table import of_frame
from mlops_spec.spec import Spec

if TYPE_CHECKING:
    from pathlib import Path

Make = Callable[..., Case]

COUNT = 1600
GATES: list[dict[str, Any]] = [
    {"metric": "roc_auc", "min": 0.9},
    {"metric": "expected_calibration_error", "max": 0.2},
    {"champion": "production", "metric": "roc_auc", "margin": 0.01},
    {"slice": "band", "metric": "roc_auc", "min": 0.8},
    {"weak_slices": ["amount", "steps", "band"], "metric": "roc_auc", "min": 0.8, "min_rows": 200},
    {"fairness": "equalized_odds_difference", "by": "band", "max": 0.2},
    {"robustness": "missing", "metric": "roc_auc", "max_drop": 0.05},
    {"latency": {"p99": "50ms"}},
    {"size": {"max": "3MB"}},
]


def rows(seed: int, count: int = COUNT) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    target = draw.integers(0, 2, count)
    return pd.DataFrame(
        {
            "id": [f"{seed}-{number}" for number in range(count)],
            "amount": draw.normal(size=count) + target,
            "steps": draw.integers(0, 50, count),
            "band": pd.Series(draw.choice(["old", "young"], count), dtype="str"),
            "target": target,
        }
    )


def answers(test: pd.DataFrame) -> Answers:
    truth = test["target"].to_numpy()
    noise = np.random.default_rng(9).normal(0, 0.15, len(truth))
    return Answers(truth, np.clip(0.2 + 0.6 * truth + noise, 0.01, 0.99))


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Case]:
    """Makes a case: `gates` in place of the usual ones, other sections by name, and fields of the case by `changed`."""

    def build(
        gates: list[dict[str, Any]] | None = None, changed: dict[str, Any] | None = None, **sections: Any
    ) -> Case:
        train, test = rows(1), rows(2)
        spec = Spec.model_validate(
            {
                "spec": 1,
                "model": "m",
                "task": "binary-classification",
                "owners": ["@a"],
                "data": {
                    "path": "d.csv",
                    "target": "target",
                    "id": "id",
                    "contract": {
                        "rows": {"min": 3000},
                        "columns": {
                            "steps": {"type": "integer", "min": 0, "max": 50},
                            "band": {"type": "category", "values": ["old", "young"]},
                        },
                        "missing": {"max": 0.0},
                    },
                },
                "train": {"run": "x", "features": {"exclude": ["band"]}},
                "evaluate": {"resamples": 200},
                "gates": GATES if gates is None else gates,
                "monitor": {},
                **sections,
            }
        )
        write_reference(tmp_path, train)
        case: dict[str, Any] = {
            "root": tmp_path,
            "spec": spec,
            "digest": "sha256:" + "1" * 64,
            "data": of_frame(pd.concat([train, test], ignore_index=True)),
            "data_changed": False,
            "train": train,
            "test": test,
            "answers": answers(test),
            "perturbed": (),
            "latencies": None,
            "package_bytes": 2_000_000,
            "rivals": {},
        }
        return Case(**case | (changed or {}))

    return build


def write_reference(root: Path, of: pd.DataFrame) -> None:
    """The package's reference, made of these rows."""
    (root / model_folder.PACKAGE).mkdir(parents=True, exist_ok=True)
    (root / model_folder.PACKAGE / NAME).write_text(json.dumps(reference_of(of, ["amount", "steps"])))
