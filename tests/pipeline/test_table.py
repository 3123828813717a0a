"""A Parquet file read part by part is judged as the whole frame is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from mlops_spec.pipeline import repeated, table
from mlops_spec.pipeline.contract import check, check_table
from mlops_spec.pipeline.reference import QUANTILES, reference_of, reference_of_file
from mlops_spec.spec import Spec
from mlops_validators import parquet

if TYPE_CHECKING:
    from pathlib import Path

BROKEN = pd.DataFrame(
    {
        "id": ["a", "b", "c", "d", "a", "f", "g", "h", "b", "a", None],
        "age": [30, 40, 50, 60, 30, 400, 50, 60, 30, -1, None],
        "sex": ["f", "m", "x", "f", None, "m", "f", "q", "f", "m", "f"],
        "flag": [True, False, None, True, False, True, True, False, True, True, True],
        "part": pd.Categorical(["u", "v"] * 5 + ["w"]),
        "ratio": [0.5, np.inf, 0.1, np.nan, 0.2, 0.3, -np.inf, 0.0, -0.0, 0.4, 0.5],
        "target": [0, 1] * 5 + [0],
    }
)
CONTRACT = {
    "rows": {"max": 10},
    "columns": {
        "age": {"type": "integer", "min": 0, "max": 100},
        "sex": {"type": "category", "values": ["f", "m"]},
        "flag": {"type": "boolean"},
        "part": {"type": "category", "values": ["u", "v"]},
        "ratio": {"type": "number", "max": 0.4},
    },
    "unique": ["id", "ratio", "age"],
    "missing": {"max": 0.05},
}


def spec(**data: Any) -> Spec:
    return Spec.model_validate(
        {
            "spec": 1,
            "model": "m",
            "task": "binary-classification",
            "owners": ["@a"],
            "data": {"path": "d.parquet", "target": "target", "id": "id", "contract": CONTRACT, **data},
            "train": {"run": "x"},
            "gates": [{"metric": "roc_auc", "min": 0.1}],
        }
    )


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if memory held three rows of a column, and the hashes of four."""
    monkeypatch.setattr(table, "PART", 3)
    monkeypatch.setattr(repeated, "AT_ONCE", 4)


def as_file(frame: pd.DataFrame, folder: Path, **how: Any) -> Path:
    frame.to_parquet(folder / "d.parquet", **how)
    return folder / "d.parquet"


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("target", ["target", "sex", "ratio", "flag"])
def test_parts_break_what_the_whole_breaks(tmp_path: Path, target: str) -> None:
    path = as_file(BROKEN, tmp_path, row_group_size=5)
    bins = {"age_band": {"from": "age", "bins": [0, 40, 100]}}

    found = check_table(spec(target=target, derive=bins), table.of_parquet(path))

    assert found == check(spec(target=target, derive=bins), pd.read_parquet(path))
    assert len(found) >= 12


@pytest.mark.usefixtures("small_parts")
def test_sound_parts_break_nothing(tmp_path: Path) -> None:
    rows = pd.DataFrame({"id": range(20), "age": 30, "target": [0, 1] * 10})
    contract = {"columns": {"age": {"type": "integer", "min": 30, "max": 30}}, "unique": ["id"]}

    assert check_table(spec(contract=contract), table.of_parquet(as_file(rows, tmp_path))) == ()


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("column", list(BROKEN))
def test_repeated_rows_are_those_that_pandas_finds(tmp_path: Path, column: str) -> None:
    path = as_file(BROKEN, tmp_path, row_group_size=4)
    values = pd.read_parquet(path)[column]

    found = repeated.repeated(table.of_parquet(path), column)

    assert found.tolist() == np.flatnonzero(values.duplicated() & values.notna()).tolist()


def test_an_index_is_no_column(tmp_path: Path) -> None:
    named = BROKEN.set_index("id")

    assert "id" not in table.of_parquet(as_file(named, tmp_path)).names


def test_the_reference_of_a_file_is_that_of_its_frame(tmp_path: Path) -> None:
    path = as_file(BROKEN, tmp_path)

    assert reference_of_file(path, BROKEN.columns) == reference_of(pd.read_parquet(path), BROKEN.columns)


def test_the_reference_of_a_long_file_comes_near_that_of_its_frame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    rows = pd.DataFrame(
        {
            "amount": np.where(rng.random(50_000) < 0.1, np.nan, rng.normal(size=50_000)),
            "steps": rng.choice([1.0, 2.0, 5.0, np.nan], 50_000, p=[0.6, 0.2, 0.1, 0.1]),
            "kind": rng.choice(["a", "b", None], 50_000),
            "name": [f"n{row}" for row in range(50_000)],
            "never": np.nan,
        }
    )
    monkeypatch.setattr(parquet, "WHOLE", 20_000)
    monkeypatch.setattr("mlops_spec.pipeline.reference.WHOLE", 20_000)
    path = as_file(rows, tmp_path)

    found, exact = reference_of_file(path, rows.columns)["columns"], reference_of(rows, rows.columns)["columns"]

    assert list(found) == ["amount", "steps", "kind"]
    assert list(exact) == [*found, "name"]  # lengths of texts are counted where the rows fit into memory
    assert found["kind"] == exact["kind"]
    assert found["steps"] == exact["steps"]
    amount = found["amount"]
    assert amount["edges"] == pytest.approx(exact["amount"]["edges"], abs=2e-3)
    assert sum(amount["counts"]) == len(rows)
    assert len(amount["quantiles"]) == QUANTILES
    assert amount["quantiles"] == pytest.approx(exact["amount"]["quantiles"], abs=0.05)


@pytest.mark.parametrize("index", [None, "id"])
def test_a_large_file_is_the_same_frame(index: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = BROKEN.assign(when=pd.date_range("2024", periods=len(BROKEN)), **{f"c{k}": k for k in range(40)})
    (rows.set_index(index) if index else rows).to_parquet(tmp_path / "x")
    monkeypatch.setattr(table, "LARGE", 0)

    pd.testing.assert_frame_equal(table.read_frame(tmp_path / "x"), pd.read_parquet(tmp_path / "x"))
