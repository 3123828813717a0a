"""What is said of data that is nearly right: what is meant, where it is, and what the eye does not see."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.pipeline.contract import check, columns_found
from mlops_spec.pipeline.near_numbers import near_numbers
from mlops_spec.pipeline.rows import known_columns, read_rows
from mlops_spec.pipeline.sides import in_test
from mlops_spec.pipeline.split import split
from mlops_spec.spec import Spec

if TYPE_CHECKING:
    from pathlib import Path


def spec(task: str = "binary-classification", **data: Any) -> Spec:
    return Spec.model_validate(
        {
            "spec": 1,
            "model": "m",
            "task": task,
            "owners": ["@a"],
            "data": {"path": "d.csv", "target": "y", **data},
            "train": {"run": "x"},
            "gates": [{"metric": "r2" if task == "regression" else "roc_auc", "min": 0.1}],
        }
    )


def said(rows: pd.DataFrame, **how: Any) -> list[str]:
    return [str(violation) for violation in check(spec(**how), rows)]


def test_a_column_that_looks_the_same_is_named_with_what_is_not_seen() -> None:
    rows = pd.DataFrame({"\ufeffid": [1, 2], "Ko\u0308ln": [1, 2], "y": [0, 1]})
    violations = check(spec(id="id", protected=["Köln", "race"]), rows)

    assert [str(each) for each in violations] == [
        "id: no such column (data.id); did you mean `'\\ufeffid'`?",
        "Köln: no such column (data.protected); did you mean `'Ko\\u0308ln'`?",
        "race: no such column (data.protected)",
    ]
    assert columns_found(violations, rows.columns) == [r"the file has 3 columns: `'\ufeffid'`, `'Ko\u0308ln'`, `y`"]


def test_a_value_that_looks_allowed_is_named_with_its_spaces() -> None:
    rows = pd.DataFrame({"pay": [">50K", " >50K", "<=50K", "<=50K\u00a0"], "y": [0, 1, 0, 1]})
    columns = {"pay": {"type": "category", "values": [">50K", "<=50K"]}}

    (found,) = said(rows, contract={"columns": columns})

    assert found == ("pay: other values than promised (' >50K', '<=50K\\xa0'; ' >50K' is not >50K) in 2 rows: 2, 4")
    (found,) = said(rows.assign(y=["no", "yes "] * 2), positive="yes")
    assert found.endswith("there are no, 'yes '; 'yes ' is not yes")


def test_a_few_words_among_numbers_are_named() -> None:
    numbers = [str(number) for number in range(39)]
    rows = pd.DataFrame(
        {"x": [*numbers, "?"], "city": ["a", "1"] * 20, "unit": ["kg", *numbers], "size": ["m", *numbers]}
    )

    found = list(near_numbers(rows, {"id"}))

    assert found[0].startswith("`x` is read as text: 39 of 40 values are numbers, not `?` (row 40).")
    assert found[-1] == "row 1 holds no number in 2 such columns: is it a second header line?"
    assert len(found) == 4
    assert not list(near_numbers(rows, {"x", "unit", "size"}))
    (target,) = said(rows.rename(columns={"x": "y"}), task="regression")
    assert target == "y: a regression's target must be numbers: 39 of 40 values are numbers, not `?` (row 40)"


@pytest.mark.parametrize(
    ("times", "wrong"),
    [
        (["2024-12-31", "31/12/2024"], "'31/12/2024' is no time of ISO 8601, such as 2024-12-31"),
        (
            ["2024-12-31T10:00:00", "2024-12-31T10:00:00+01:00"],
            "has no offset from UTC where other rows have one, in 10 rows: 1, 3",
        ),
        (["yesterday", "2024-12-31"], "'yesterday' is no time"),
        ([True, "2024-12-31"], "'True' is no time"),
    ],
)
def test_times_that_cannot_be_ordered_are_refused(times: list[Any], wrong: str) -> None:
    rows = pd.DataFrame({"at": times * 10, "x": range(20), "y": [0, 1] * 10})

    with pytest.raises(Failure, match=wrong) as refused:
        in_test(spec(split={"by": "time", "column": "at"}).data, rows)
    assert refused.value.exit_code == Exit.FINDINGS
    if isinstance(times[0], str):
        assert said(rows, contract={"columns": {"at": {"type": "timestamp"}}})


def test_times_of_two_offsets_are_ordered_as_they_were(tmp_path: Path) -> None:
    """In the hour that a clock is set back 02:30+02:00 comes before 02:10+01:00."""
    first, second = "2024-10-27T02:30:00+02:00", "2024-10-27T02:10:00+01:00"
    rows = pd.DataFrame({"at": [first, second] * 20, "x": range(40), "y": [0, 0, 1, 1] * 10})
    rows.to_csv(tmp_path / "d.csv", index=False)

    columns = {"columns": {"at": {"type": "timestamp"}}}
    split(tmp_path, spec(split={"by": "time", "column": "at", "test": 0.5}, contract=columns), tmp_path / "d.csv")

    train, test = (pd.read_parquet(tmp_path / f"build/data/{side}.parquet")["at"] for side in ("train", "test"))
    assert set(train) == {pd.Timestamp("2024-10-27T00:30:00Z")}
    assert set(test) == {pd.Timestamp("2024-10-27T01:10:00Z")}


def parquet(tmp_path: Path, **columns: Any) -> pd.DataFrame:
    pq.write_table(pa.table({"y": [0, 1], **columns}), tmp_path / "d.parquet")
    return read_rows(tmp_path / "d.parquet", known_columns(spec().data))


def test_columns_of_parquet_become_what_a_model_takes(tmp_path: Path) -> None:
    found = parquet(
        tmp_path,
        price=[Decimal("1.50"), None],
        day=[dt.date(2024, 1, 1), None],
        there=pa.array([0, 1], pa.timestamp("ns", "Europe/Berlin")),
        here=pa.array([0, 1], pa.timestamp("s")),
        clock=[dt.time(10, 30), None],
        count=pa.array([1, 2], pa.uint64()),
        none=pa.nulls(2),
    )

    utc = "datetime64[us, UTC]"
    assert {name: str(kind) for name, kind in found.dtypes.items()} == {
        "y": "int64",
        "price": "float64",
        "day": utc,
        "there": utc,
        "here": utc,
        "clock": "str",
        "count": "int64",
        "none": "float64",
    }
    assert found["clock"].tolist()[0] == "10:30:00"


def test_columns_that_no_model_takes_are_listed(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"(?s)takes:\n  tags: list<.*\n  at: struct<.*\n  raw: binary\n  took: dur"):
        parquet(tmp_path, tags=[[1], []], at=[{"a": 1}] * 2, raw=[b"1", b"2"], took=[dt.timedelta(1)] * 2)


def test_parquet_columns_that_stand_twice_are_refused(tmp_path: Path) -> None:
    table = pa.Table.from_arrays([pa.array([0, 1])] * 2, names=["y", "y"])
    pq.write_table(table, tmp_path / "d.parquet")

    with pytest.raises(Failure, match="`y` stands twice among its columns"):
        read_rows(tmp_path / "d.parquet", {})
