"""Splitting: stable where it says so, and nothing of test in train."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_spec.errors import Exit, Failure
from mlops_spec.pipeline.leak import leaked_rows
from mlops_spec.pipeline.sides import in_test
from mlops_spec.pipeline.split import split
from mlops_spec.spec import Spec

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 2000
DRAW = np.random.default_rng(0)
ROWS = pd.DataFrame(
    {
        "id": np.arange(COUNT),
        "x": DRAW.normal(size=COUNT),
        "age": DRAW.integers(18, 90, COUNT),
        "who": DRAW.integers(0, 100, COUNT),
        "when": pd.date_range("2024-01-01", periods=COUNT, freq="h").strftime("%Y-%m-%dT%H:%M:%S"),
        "side": np.where(np.arange(COUNT) % 4 == 0, "test", "train"),
        "target": DRAW.integers(0, 2, COUNT),
    }
)


def spec(**data: Any) -> Spec:
    return Spec.model_validate(
        {
            "spec": 1,
            "model": "m",
            "task": "binary-classification",
            "owners": ["@a"],
            "data": {"path": "data.csv", "target": "target", "id": "id", **data},
            "train": {"run": "x"},
            "gates": [{"metric": "roc_auc", "min": 0.1}],
        }
    )


def sides(rows: pd.DataFrame = ROWS, **data: Any) -> pd.Series:
    known = spec(**data).data
    return in_test(known, rows)


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5])
def test_a_hash_split_takes_about_its_share(share: float) -> None:
    taken = sides(split={"test": share}).mean()

    assert taken == pytest.approx(share, abs=4 * (share * (1 - share) / COUNT) ** 0.5)


@settings(max_examples=20)
@given(st.integers(2, COUNT), st.integers(0, 2**32 - 1))
def test_a_row_stays_on_its_side_whatever_rows_come_or_go(kept: int, seed: int) -> None:
    some = ROWS.sample(kept, random_state=seed)

    pd.testing.assert_series_equal(sides(some), sides()[some.index])


def test_the_salt_changes_the_sides() -> None:
    assert 0.2 < (sides(split={"salt": "a"}) != sides(split={"salt": "b"})).mean() < 0.6


def test_names_of_another_type_are_the_same_names() -> None:
    pd.testing.assert_series_equal(sides(ROWS.assign(id=ROWS["id"].astype(str))), sides())


def test_twins_go_together_with_and_without_an_id() -> None:
    twins = pd.concat([ROWS, ROWS.head(300).assign(id=lambda rows: rows["id"] + COUNT)], ignore_index=True)

    for data in ({}, {"id": None}):
        rows = twins if data == {} else twins.drop(columns="id")
        test = sides(rows, **data)
        assert not leaked_rows(spec(**data).data, rows[~test], rows[test]).any()
        assert 0.2 < test.mean() < 0.35


def test_groups_stay_whole() -> None:
    test = sides(split={"by": "group", "column": "who"})

    assert test.groupby(ROWS["who"]).nunique().max() == 1
    assert 0.1 < test.mean() < 0.4


def test_the_newest_rows_are_the_test_and_moments_stay_whole() -> None:
    rows = ROWS.assign(when=ROWS["when"].str.slice(0, 10))

    test = sides(rows, split={"by": "time", "column": "when", "test": 0.2})

    assert rows["when"][test].min() > rows["when"][~test].max()
    assert test.mean() == pytest.approx(0.2, abs=0.02)


def test_a_column_may_say_it() -> None:
    assert (sides(split={"by": "column", "column": "side"}) == (ROWS["side"] == "test")).all()


def test_a_column_that_says_something_else_is_refused() -> None:
    with pytest.raises(Failure, match="holds holdout; it must say `train` or `test`"):
        sides(ROWS.assign(side=["holdout", *ROWS["side"][1:]]), split={"by": "column", "column": "side"})


def test_gaps_in_the_split_column_are_refused() -> None:
    with pytest.raises(Failure, match="`who` is missing in 1 rows"):
        sides(ROWS.assign(who=[None, *ROWS["who"][1:]]), split={"by": "group", "column": "who"})


def run(tmp_path: Path, rows: pd.DataFrame, **data: Any) -> dict[str, Any]:
    rows.to_csv(tmp_path / "data.csv", index=False)
    split(tmp_path, spec(**data), tmp_path / "data.csv")
    report: dict[str, Any] = json.loads((tmp_path / "build/data/split.json").read_text())
    return report


def test_the_stage_writes_both_sides_and_what_it_did(tmp_path: Path) -> None:
    report = run(
        tmp_path,
        ROWS.assign(target=np.where(ROWS["target"] == 1, "no", "yes")),
        positive="no",
        derive={"band": {"from": "age", "bins": [0, 40.5, 120]}},
        contract={"columns": {"id": {"type": "string"}, "when": {"type": "timestamp"}}},
    )

    train, test = (pd.read_parquet(tmp_path / f"build/data/{side}.parquet") for side in ("train", "test"))
    assert len(train) + len(test) == COUNT
    assert (report["train"]["rows"], report["test"]["rows"]) == (len(train), len(test))
    assert (report["classes"], report["positive"]) == (["yes", "no"], "no")
    assert set(train["band"]) == {"[0,40.5)", "[40.5,120)"}
    assert ((train["age"] < 40.5) == (train["band"] == "[0,40.5)")).all()
    assert str(train["when"].dtype).startswith("datetime64")
    assert train["id"].dtype == "str"


def test_the_same_data_gives_the_same_bytes(tmp_path: Path) -> None:
    run(tmp_path, ROWS)
    first = (tmp_path / "build/data/train.parquet").read_bytes()
    run(tmp_path, ROWS)

    assert (tmp_path / "build/data/train.parquet").read_bytes() == first


def test_a_missing_number_has_no_bin(tmp_path: Path) -> None:
    run(tmp_path, ROWS.assign(age=[None, *ROWS["age"][1:]]), derive={"band": {"from": "age", "bins": [0, 120]}})

    both = pd.concat([pd.read_parquet(tmp_path / f"build/data/{side}.parquet") for side in ("train", "test")])
    assert both["band"].isna().sum() == 1


def test_a_side_that_repeats_the_other_is_refused(tmp_path: Path) -> None:
    leaky = pd.concat([ROWS, ROWS.head(3).assign(id=[9001, 9002, 9003], side=["train", "test", "test"])])

    with pytest.raises(Failure, match=r"lets 3 test rows appear in train as well: rows 1, 2002, 2003$") as caught:
        run(tmp_path, leaky.reset_index(drop=True).drop(columns="when"), split={"by": "column", "column": "side"})
    assert caught.value.exit_code == Exit.FINDINGS
    assert not (tmp_path / "build/data/train.parquet").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"side": "train"}, "puts 2,000 rows into train and 0 into test"),
        ({"target": lambda rows: (rows["side"] == "test").astype(int)}, "leaves train without the class 1"),
        ({"target": lambda rows: ((rows["side"] == "train") & (rows["who"] > 50)).astype(int)}, "one class only"),
    ],
)
def test_sides_that_cannot_be_used_are_refused(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    with pytest.raises(Failure, match=said):
        run(tmp_path, ROWS.assign(**change), split={"by": "column", "column": "side"})


def test_a_broken_contract_stops_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"(?s)data.csv breaks its contract in 2 places:\n  rows: .*\n  age: below 70"):
        run(tmp_path, ROWS, contract={"rows": {"min": 5000}, "columns": {"age": {"type": "integer", "min": 70}}})
    assert not (tmp_path / "build").exists()


@pytest.mark.parametrize(
    ("name", "content", "said", "code"),
    [
        ("data.csv", None, "the data file is missing", Exit.CONFIG),
        ("data.csv", b"", "is empty", Exit.FINDINGS),
        ("data.csv", b"id,target\n1,\xff\n", "data.csv:2:3 is not UTF-8: byte 0xff, which", Exit.FINDINGS),
        ("data.csv", b'id,target\n1,"0\n', "is no CSV file", Exit.FINDINGS),
        ("data.parquet", b"PAR1 but no more", "is no Parquet file", Exit.FINDINGS),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str, content: bytes | None, said: str, code: Exit) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)

    with pytest.raises(Failure, match=said) as caught:
        split(tmp_path, spec(), tmp_path / name)
    assert caught.value.exit_code == code
