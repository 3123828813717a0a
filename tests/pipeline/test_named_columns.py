"""A column that is misspelt is named with its place before anything is measured."""

from __future__ import annotations

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.pipeline.named_columns import check_columns
from mlops_spec.spec import Spec

SPEC = Spec.model_validate(
    {
        "spec": 1,
        "model": "m",
        "task": "binary-classification",
        "owners": ["@a"],
        "data": {"path": "d.csv", "target": "target"},
        "train": {"run": "x"},
        "evaluate": {"slices": ["band"]},
        "gates": [
            {"metric": "roc_auc", "min": 0.5},
            {"slice": "place", "metric": "roc_auc", "min": 0.5},
            {"weak_slices": ["age"], "metric": "roc_auc", "min": 0.5},
            {"weak_slices": "all", "metric": "accuracy", "min": 0.5},
            {"fairness": "equalized_odds_ratio", "by": ["sex", "age"], "min": 0.5},
            {"robustness": "noise", "columns": ["steps"], "metric": "roc_auc", "max_drop": 0.1},
        ],
    }
)
COLUMNS = ["band", "place", "age", "sex", "steps", "target"]


def test_known_columns_are_fine() -> None:
    check_columns(SPEC, COLUMNS)


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ("band", "evaluate.slices: the rows have no column `band`; did you mean `bands`?"),
        ("place", "gates[1].slice: the rows have no column `place`; did you mean `places`?"),
        ("age", "gates[2].weak_slices: the rows have no column `age`; did you mean `ages`?"),
        ("sex", "gates[4].by: the rows have no column `sex`"),
        ("steps", "gates[5].columns: the rows have no column `steps`"),
    ],
)
def test_an_unknown_one_is_named_with_its_place(column: str, told: str) -> None:
    with pytest.raises(Failure) as caught:
        check_columns(SPEC, [f"{name}s" if name == column else name for name in COLUMNS])

    assert told in caught.value.message
    assert caught.value.exit_code == Exit.FINDINGS


def test_all_of_them_are_told_at_once() -> None:
    with pytest.raises(Failure) as caught:
        check_columns(SPEC, ["target"])

    assert caught.value.message.count("\n  ") == 6
