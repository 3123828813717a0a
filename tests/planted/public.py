"""Tables with a binary target, four of scikit-learn and two that are drawn, and the spec that reads them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_wine

from mlops_spec.pipeline.sides import in_test
from mlops_spec.spec import Spec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _binary(load: Any, positive: Any, **options: Any) -> Callable[[], pd.DataFrame]:
    def table() -> pd.DataFrame:
        rows = load(as_frame=True, **options).frame.rename(columns=str)
        return _named(rows.assign(target=positive(rows["target"]).astype(int)))

    return table


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(row_id=[f"r{number}" for number in range(len(rows))])


def _drawn(count: int, columns: int, rare: float = 1.0) -> pd.DataFrame:
    """Amounts, grades and kinds, some missing, of which the target depends on three."""
    draw = np.random.default_rng(columns)
    rows = pd.DataFrame({f"amount{number}": draw.lognormal(6, 1, count).round(2) for number in range(columns)})
    rows["grade"] = draw.integers(1, 7, count)
    rows["kind"] = draw.choice(["car", "house", "other"], count)
    rows["age"] = draw.integers(18, 90, count)
    rows["amount1"] = rows["amount1"].mask(draw.random(count) < 0.1)
    signal = np.log(rows["amount0"]) - 6 + rows["grade"] / 3 - 1 + (rows["kind"] == "car") - rare
    return _named(rows.assign(target=(signal + draw.logistic(size=count) > 0).astype(int)))


TABLES: dict[str, Callable[[], pd.DataFrame]] = {
    "breast_cancer": _binary(load_breast_cancer, lambda target: target == 0),
    "digits": _binary(load_digits, lambda target: target % 2 == 0),
    "diabetes": _binary(load_diabetes, lambda target: target > 200, scaled=False),
    "wine": _binary(load_wine, lambda target: target == 1),
    "drawn": partial(_drawn, 8000, 12),
    "rare": partial(_drawn, 4000, 6, rare=3.0),
}
"""Each has the columns `row_id` and `target`, of 0 and 1."""


def spec_of(sections: Mapping[str, Any]) -> Spec:
    return Spec.model_validate(
        {
            "spec": 1,
            "model": "m",
            "task": "binary-classification",
            "owners": ["@a"],
            "data": {"path": "d.csv", "target": "target", "id": "row_id"},
            "train": {"run": "x"},
            "gates": [],
        }
        | sections
    )


def parted(spec: Spec, rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Train and test rows."""
    test = in_test(spec.data, rows)
    return rows[~test].reset_index(drop=True), rows[test].reset_index(drop=True)
