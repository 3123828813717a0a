"""The data contract: all that is wrong is said at once, with its place; nothing that is right is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlops_spec.pipeline.contract import check
from mlops_spec.spec import Spec

ROWS = pd.DataFrame(
    {
        "id": range(8),
        "age": [30, 40, 50, 60, 30, 40, 50, 60],
        "sex": ["f", "m"] * 4,
        "when": ["2026-01-02"] * 8,
        "flag": ["true", "False", "1", "0"] * 2,
        "target": [0, 1] * 4,
    }
)


def spec(task: str = "binary-classification", contract: dict[str, Any] | None = None, **data: Any) -> Spec:
    gate = {"regression": "r2", "multiclass-classification": "accuracy"}.get(task, "roc_auc")
    return Spec.model_validate(
        {
            "spec": 1,
            "model": "m",
            "task": task,
            "owners": ["@a"],
            "data": {"path": "d.csv", "target": "target", "id": "id", "contract": contract or {}, **data},
            "train": {"run": "x"},
            "gates": [{"metric": gate, "min": 0.1}],
        }
    )


def found(rows: pd.DataFrame = ROWS, **how: Any) -> list[str]:
    return [str(violation) for violation in check(spec(**how), rows)]


WHOLE = {
    "rows": {"min": 8, "max": 8},
    "columns": {
        "age": {"type": "integer", "min": 30, "max": 60},
        "sex": {"type": "category", "values": ["f", "m"]},
        "when": {"type": "timestamp"},
        "flag": {"type": "boolean"},
        "target": {"type": "number", "values": [0, 1]},
    },
    "unique": ["id"],
    "missing": {"max": 0.0},
}


def test_rows_that_keep_the_contract_break_nothing() -> None:
    assert found(contract=WHOLE) == []


def test_a_category_of_numbers_keeps_its_values_when_a_gap_makes_them_floats() -> None:
    rows = ROWS.assign(age=[30, None, 50, 60, 30, 40, 50, 60])

    assert found(rows, contract={"columns": {"age": {"type": "category", "values": [30, 40, 50, 60]}}}) == []


@pytest.mark.parametrize(
    ("column", "values", "promise", "said"),
    [
        ("age", [1, 40, 50, 2, 30, 40, 50, 60], {"type": "integer", "min": 18}, "below 18 in 2 rows: 1, 4"),
        ("age", [1, 2, 3, 4, 5, 6, 7, 99], {"type": "integer", "min": 18}, "below 18 in 7 rows: 1, 2, 3, 4, 5, …"),
        ("age", [30, 40, 50, 60, 30, 40, 50, 61], {"type": "integer", "max": 60}, "above 60 in 1 row: 8"),
        ("age", [30, 40, 50.5, 60, 30, 40, 50, 60], {"type": "integer"}, "no integer in 1 row: 3"),
        ("age", ["x", 40, 50, 60, 30, 40, 50, 60], {"type": "number"}, "no number in 1 row: 1"),
        ("age", [True] * 8, {"type": "number"}, "no number in 8 rows: 1, 2, 3, 4, 5, …"),
        ("sex", [*"fmfmfmf", "x"], {"type": "category", "values": ["f", "m"]}, "other values than promised (x) in 1"),
        ("flag", ["maybe", *["true"] * 7], {"type": "boolean"}, "no boolean in 1 row: 1"),
        ("when", ["2026-02-30", *["2026-01-01"] * 7], {"type": "timestamp"}, "no timestamp in 1 row: 1"),
        ("age", [None, *[40] * 7], {"type": "number", "missing": {"max": 0.1}}, "missing, 12.50% where at most 10.00%"),
    ],
)
def test_a_broken_promise_is_named_with_its_rows(column: str, values: list[Any], promise: Any, said: str) -> None:
    (violation,) = found(ROWS.assign(**{column: values}), contract={"columns": {column: promise}})

    assert violation.startswith(f"{column}: ")
    assert said in violation


@pytest.mark.parametrize(
    ("rows", "contract", "said"),
    [
        (ROWS, {"rows": {"min": 9}}, "rows: 8, at least 9 are promised"),
        (ROWS, {"rows": {"max": 7}}, "rows: 8, at most 7 are promised"),
        (ROWS.assign(id=0), {}, "id: repeated in 7 rows: 2, 3, 4, 5, 6, …"),
        (ROWS.assign(age=1), {"unique": ["age"]}, "age: repeated in 7 rows: 2, 3, 4, 5, 6, …"),
        (ROWS.assign(id=[None, *range(7)]), {}, "id: missing in 1 row: 1"),
        (ROWS.assign(age=[np.inf, *range(7)]), {}, "age: infinite in 1 row: 1"),
        (ROWS.assign(sex=[None] * 8), {"missing": {"max": 0.5}}, "sex: missing, 100.00% where at most 50.00% may be,"),
        (ROWS.head(0), {}, "rows: there are none"),
    ],
)
def test_what_the_rows_as_a_whole_break(rows: pd.DataFrame, contract: dict[str, Any], said: str) -> None:
    assert any(violation.startswith(said) for violation in found(rows, contract=contract))


@pytest.mark.parametrize(
    ("task", "target", "how", "said"),
    [
        (
            "binary-classification",
            [0, 1, 2, 0, 1, 2, 0, 1],
            {},
            "target: has 3 classes (0, 1, 2); a binary task has two",
        ),
        ("binary-classification", [1] * 8, {}, "target: has one class only (1): there is nothing to tell apart"),
        ("binary-classification", ["y", "n"] * 4, {}, "say which is meant by `data.positive`"),
        (
            "binary-classification",
            ["y", "n"] * 4,
            {"positive": "yes"},
            "never is 'yes' (data.positive); there are n, y",
        ),
        ("binary-classification", [None, *[0, 1] * 3, 1], {}, "target: missing in 1 row: 1"),
        ("multiclass-classification", ["a"] * 8, {}, "has one class only (a)"),
        ("multiclass-classification", [0.5, 1.5] * 4, {}, "classes must be whole numbers, booleans or texts"),
        ("regression", ["a", "b"] * 4, {}, "a regression's target must be numbers"),
        ("regression", [1.0] * 8, {}, "has one value only"),
        ("regression", [np.nan, *range(7)], {}, "target: missing in 1 row: 1"),
    ],
)
def test_a_target_that_the_task_cannot_use(task: str, target: list[Any], how: dict[str, Any], said: str) -> None:
    violations = found(ROWS.assign(target=target), task=task, **how)

    assert any(said in violation for violation in violations), violations


def test_classes_with_gaps_are_still_classes() -> None:
    """A gap makes floats of whole numbers; what is wrong is the gap."""
    rows = ROWS.assign(target=[None, 1, 2, 0, 1, 2, 0, 1])

    assert "target: missing in 1 row: 1" in found(rows, task="multiclass-classification")


def test_columns_that_are_not_there_come_alone_and_with_a_guess() -> None:
    violations = found(
        ROWS.rename(columns={"target": "targt"}).assign(age=-1),
        contract={"columns": {"age": {"type": "integer", "min": 0}, "sexx": {"type": "category"}}},
        protected=["race"],
    )

    assert violations == [
        "target: no such column (data.target); did you mean `targt`?",
        "sexx: no such column (data.contract.columns); did you mean `sex`?",
        "race: no such column (data.protected)",
    ]


def test_derived_columns_need_numbers_within_their_bins() -> None:
    derive = {"band": {"from": "age", "bins": [31, 60]}}

    assert found(derive=derive) == ["band: outside its bins [31, 60) in 4 rows: 1, 4, 5, 8"]
    assert found(ROWS.assign(band=1), derive=derive) == [
        "band: is derived (data.derive), but the file has a column of that name"
    ]


def test_everything_is_said_at_once() -> None:
    rows = ROWS.assign(age=-1, sex="x", id=0)

    violations = found(rows, contract=WHOLE)

    assert {violation.partition(":")[0] for violation in violations} == {"age", "sex", "id"}


@pytest.mark.parametrize("dtype", ["int64", "float64", "str", "object", "category"])
def test_a_category_is_its_text_whatever_holds_it(dtype: str) -> None:
    rows = ROWS.assign(sex=pd.Series([1, 2] * 3 + [2, 3]).astype(dtype))
    columns = {"columns": {"sex": {"type": "category", "values": ["1", "2"]}}}

    (found,) = check(spec(contract=columns), rows)

    assert str(found) == "sex: other values than promised (3) in 1 row: 8"


def test_values_that_are_equal_and_read_otherwise_are_told_apart() -> None:
    rows = ROWS.assign(sex=pd.Series([1, "1", 1.0, True, 1, 1, 1, 1], dtype=object))
    columns = {"columns": {"sex": {"type": "category", "values": ["1"]}}}

    (found,) = check(spec(contract=columns), rows)

    assert str(found) == "sex: other values than promised (True) in 1 row: 4"
