"""Whether a champion was trained on rows that judge it: after another column or salt it was, after new rows not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from mlops_spec.errors import Failure
from mlops_spec.pipeline.sides import in_test
from mlops_spec.pipeline.trained_rows import NAME, SAMPLE, TrainedRows, read_trained, seen, trained_bytes, trained_rows
from mlops_spec.spec.data import Data

if TYPE_CHECKING:
    from pathlib import Path

RNG = np.random.default_rng(5)
COUNT = 8_000
ROWS = pd.DataFrame(
    {
        "id": [f"r{number}" for number in range(COUNT)],
        "age": RNG.integers(18, 90, COUNT),
        "income": RNG.normal(30_000, 9_000, COUNT).round(2),
        "y": RNG.integers(0, 2, COUNT),
    }
)


def data_of(**split: Any) -> Data:
    return Data.model_validate({"path": "data/rows.csv", "target": "y", "id": "id", "split": split})


def sampled(data: Data, rows: pd.DataFrame, tmp_path: Path) -> TrainedRows:
    path = tmp_path / "train.parquet"
    rows[~in_test(data, rows)].to_parquet(path, index=False)
    return trained_rows(data, path, list(rows.columns))


def met(data: Data, rows: pd.DataFrame, champion: TrainedRows) -> str:
    return seen(champion, rows[in_test(data, rows)].drop(columns="y"))


def share_of(said: str) -> int:
    told = re.fullmatch(r"it was trained on about (\d+)% of these test rows", said)
    assert told is not None, said
    return int(told[1])


@pytest.fixture
def champion(tmp_path: Path) -> TrainedRows:
    return sampled(data_of(), ROWS, tmp_path)


def test_the_sample_survives_a_package(champion: TrainedRows, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(trained_bytes(champion))

    assert read_trained(tmp_path) == champion
    assert len(champion.hashes) == SAMPLE
    assert (champion.columns, champion.by) == (("age", "income"), "hash")


@pytest.mark.parametrize("content", [b"", b"{}", b'{"v":2}', b'{"v":1,"hashes":["x"]}', b"[]"])
def test_another_file_is_no_sample(content: bytes, tmp_path: Path) -> None:
    assert read_trained(tmp_path) is None
    (tmp_path / NAME).write_bytes(content)

    with pytest.raises(Failure, match="is no sample of rows"):
        read_trained(tmp_path)


def test_rows_that_come_and_go_leave_it_unseen(champion: TrainedRows) -> None:
    more = ROWS.assign(id=ROWS["id"] + "b", income=ROWS["income"] + 0.005)
    changed = pd.concat([ROWS.iloc[2_000:], more]).sample(frac=1, random_state=1).reset_index(drop=True)

    assert met(data_of(), changed, champion) == ""


def test_a_new_column_draws_the_sides_anew(champion: TrainedRows) -> None:
    found = met(data_of(), ROWS.assign(region=ROWS["age"] % 9), champion)

    assert 65 <= share_of(found) <= 85


def test_another_salt_draws_the_sides_anew(champion: TrainedRows) -> None:
    assert 65 <= share_of(met(data_of(salt="2"), ROWS, champion)) <= 85


def test_a_column_that_is_gone_draws_the_sides_of_a_hash_split_anew(champion: TrainedRows, tmp_path: Path) -> None:
    without = ROWS.drop(columns="income")

    assert met(data_of(), without, champion) == "the sides of the split were drawn anew without `income`"
    by_group = data_of(by="group", column="id")
    assert met(by_group, without, sampled(by_group, ROWS, tmp_path)) == ""


def test_twins_by_chance_are_no_sign(tmp_path: Path) -> None:
    """Few-valued rows by time: most test rows have a twin in train, as training rows have among themselves."""
    few = ROWS.assign(income=ROWS["age"] % 3, when=np.arange(COUNT))
    data = data_of(by="time", column="when")
    path = tmp_path / "train.parquet"
    test = in_test(data, few)
    few[~test].drop(columns="when").to_parquet(path, index=False)
    champion = trained_rows(data, path, ["id", "age", "income", "y"])

    assert seen(champion, few[test].drop(columns=["y", "when"])) == ""


def test_an_older_quarter_of_time_is_unseen_and_a_newer_one_is_not(tmp_path: Path) -> None:
    rows = ROWS.assign(when=np.arange(COUNT))
    champion = sampled(data_of(by="time", column="when"), rows, tmp_path)

    assert met(data_of(by="time", column="when"), rows, champion) == ""
    assert 40 <= share_of(met(data_of(by="time", column="when", test=0.5), rows, champion)) <= 60
