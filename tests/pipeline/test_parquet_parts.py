"""A folder of Parquet parts is read as one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlops_spec.errors import Failure
from mlops_spec.pipeline.parquet_parts import sha256_of
from mlops_spec.pipeline.rows import open_table, read_rows
from mlops_spec.pipeline.table import whole
from mlops_spec.spec.data import Column

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": [f"{number:03}" for number in range(9)],
            "size": pd.array([1, None, 3, 4, 5, 6, 7, 8, 9], dtype="Int64"),
            "month": [1, 1, 1, 2, 2, 2, 10, 10, 10],
            "late": [True, False, True] * 3,
        }
    )


@pytest.fixture
def folder(tmp_path: Path, rows: pd.DataFrame) -> Path:
    pq.write_to_dataset(pa.Table.from_pandas(rows, preserve_index=False), tmp_path / "events", ["month"])
    (tmp_path / "events/_SUCCESS").touch()
    return tmp_path / "events"


def test_the_rows_of_all_parts_with_the_columns_of_the_folders(folder: Path, rows: pd.DataFrame) -> None:
    read = read_rows(folder, {})

    by_path = rows.sort_values("month", key=lambda column: column.astype(str), kind="stable").reset_index(drop=True)
    assert read["id"].tolist() == by_path["id"].tolist()
    assert read["month"].tolist() == by_path["month"].tolist()
    pd.testing.assert_series_equal(read["size"], by_path["size"].astype("float64"))
    assert read["late"].dtype == bool


def test_a_column_read_by_parts_is_the_column_read_whole(folder: Path) -> None:
    table, frame = open_table(folder, {}), read_rows(folder, {})

    assert (table.names, table.rows) == (tuple(frame.columns), len(frame))
    for name in table.names:
        pd.testing.assert_series_equal(whole(table, name), frame[name], check_names=False)


def test_a_key_that_is_missing_is_missing_in_each_part(tmp_path: Path, rows: pd.DataFrame) -> None:
    rows["month"] = rows["month"].astype("Int64").where(rows["month"] < 10)
    pq.write_to_dataset(pa.Table.from_pandas(rows, preserve_index=False), tmp_path, ["month"])
    table, frame = open_table(tmp_path, {}), read_rows(tmp_path, {})

    assert frame["month"].isna().sum() == 3
    pd.testing.assert_series_equal(whole(table, "month"), frame["month"], check_names=False)


def test_an_id_stays_text(folder: Path) -> None:
    assert read_rows(folder, {"id": Column(type="string")})["id"].iloc[0] == "000"


def test_the_digest_is_of_names_and_bytes(folder: Path, tmp_path: Path) -> None:
    first = sha256_of(folder)
    part = next((folder / "month=1").iterdir())
    part.rename(part.with_name("renamed.parquet"))

    assert sha256_of(folder) != first
    (folder / "month=1/renamed.parquet").rename(part)
    assert sha256_of(folder) == first


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("notes.txt", b"x", "nothing else: there is `notes.txt`"),
        ("month=3/half.parquet", b"PAR1 half written", "half.parquet is no Parquet file"),
        ("month=3/none.parquet", b"", "none.parquet is empty"),
        ("month=3/rows.parquet", b"id,size\n1,2\n", "rows.parquet is no Parquet file"),
    ],
)
def test_what_is_no_part_is_named(folder: Path, name: str, content: bytes, said: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)

    with pytest.raises(Failure, match=said):
        read_rows(folder, {})


def test_parts_with_other_columns_are_named_with_the_columns(folder: Path) -> None:
    (folder / "month=3").mkdir()
    pd.DataFrame({"id": ["x"], "size": ["large"], "late": [True], "more": [1]}).to_parquet(folder / "month=3/a.parquet")

    with pytest.raises(Failure) as refused:
        open_table(folder, {})

    assert "month=3/a.parquet has other columns" in refused.value.message
    assert "size: int64 in" in refused.value.message
    assert "more: absent in" in refused.value.message


def test_an_empty_folder_has_no_rows_to_learn_from(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="nothing else: none"):
        read_rows(tmp_path, {})
