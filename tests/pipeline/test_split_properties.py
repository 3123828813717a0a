"""Splits of whatever rows there are: repeated, nearly repeated, of few values, in groups, at the same moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_spec.errors import Failure
from mlops_spec.pipeline.balance import deviations, divide
from mlops_spec.pipeline.giveaways import near_rows
from mlops_spec.pipeline.leak import leaked_rows
from mlops_spec.pipeline.sides import in_test
from mlops_spec.pipeline.split import split
from mlops_spec.spec import Spec
from mlops_validators.leak import judge_twins

if TYPE_CHECKING:
    from pathlib import Path

BY: dict[str, dict[str, Any]] = {
    "hash": {},
    "group": {"by": "group", "column": "who"},
    "time": {"by": "time", "column": "day"},
}
few = settings(max_examples=30, derandomize=True)


def spec(**data: Any) -> Spec:
    return Spec.model_validate(
        {
            "spec": 1,
            "model": "m",
            "task": "binary-classification",
            "owners": ["@a"],
            "data": {"path": "data.csv", "target": "y", **data},
            "train": {"run": "x"},
            "gates": [{"metric": "roc_auc", "min": 0.1}],
        }
    )


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """Columns of few values and one perhaps of many, whole tables repeated, some rows nearly; ids of their own."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows = draw(st.integers(40, 600))
    columns: dict[str, Any] = {}
    for number in range(draw(st.integers(1, 4))):
        values = draw(st.integers(2, 12))
        columns[f"c{number}"] = rng.choice(values, rows, p=rng.dirichlet(np.ones(values)))
    if draw(st.booleans()):
        columns["amount"] = rng.normal(size=rows).round(draw(st.integers(0, 6)))
    columns |= {"who": rng.integers(0, 40, rows), "day": rng.integers(0, 25, rows), "y": rng.integers(0, 2, rows)}
    table = pd.concat([pd.DataFrame(columns)] * draw(st.integers(1, 4)))
    near = table.sample(frac=draw(st.sampled_from([0.0, 0.1])), random_state=1).assign(c0=99)
    whole = pd.concat([table, near]).sample(frac=1, random_state=2).reset_index(drop=True)
    return whole.assign(id=[f"r{number}" for number in range(len(whole))])


@few
@given(tables(), st.sampled_from(["id", None]), st.sampled_from(["hash", "group"]), st.randoms(use_true_random=False))
def test_a_row_keeps_its_side_when_others_come_and_go(
    table: pd.DataFrame, name: str | None, by: str, draw: Any
) -> None:
    data = spec(id=name, split=BY[by]).data
    some = table.loc[sorted(draw.sample(range(len(table)), len(table) // 2))]

    pd.testing.assert_series_equal(in_test(data, some), in_test(data, table)[some.index])


@few
@given(tables())
def test_what_holds_a_value_does_not_move_its_row(table: pd.DataFrame) -> None:
    """A gap makes decimals of whole numbers, one word makes texts of them, and columns come in another order."""
    data = spec(id="id").data
    as_text = table.assign(c0=table["c0"].astype(str))[list(reversed(table.columns))]

    pd.testing.assert_series_equal(in_test(data, table.assign(c0=table["c0"].astype(float))), in_test(data, table))
    pd.testing.assert_series_equal(in_test(data, as_text), in_test(data, table))


@few
@given(tables(), st.sampled_from(sorted(BY)))
def test_equal_rows_go_together_and_near_ones_are_no_leak(table: pd.DataFrame, by: str) -> None:
    data = spec(id="id", split=BY[by]).data
    test = in_test(data, table)
    train, test_rows = table[~test], table[test]
    if train.empty or test_rows.empty:
        return

    assert not leaked_rows(data, train, test_rows).any()
    assert judge_twins(near_rows(data, train, test_rows), len(test_rows)).verdict == "pass"


@few
@given(tables(), st.sampled_from(sorted(BY)), st.sampled_from([0.1, 0.25, 0.5]))
def test_the_share_is_what_was_asked_or_is_refused_or_said(table: pd.DataFrame, by: str, share: float) -> None:
    model = spec(id="id", split={**BY[by], "test": share})

    try:
        test, balance = divide(model, table)
    except Failure as refused:
        assert "were asked for" in refused.message or "makes class" in refused.message
        assert "data.split" in refused.remedy
        return
    chance = 4 * (share * (1 - share) / len(table)) ** 0.5
    near = abs(test.mean() - share) <= max(0.1 * share, chance)
    assert near or any("were asked for" in note for note in deviations(balance, model.data.split))
    assert share / 2 - chance <= test.mean() <= 2 * share + chance


def adult_like(rows: int = 12_000) -> pd.DataFrame:
    """As a census has it: a few columns of few values, so that a third of the rows repeat another."""
    rng = np.random.default_rng(5)
    age, hours = rng.normal(38, 9, rows).round(), rng.choice([20, 35, 40, 45, 60], rows, p=[0.1, 0.1, 0.6, 0.1, 0.1])
    work, school = rng.choice(6, rows, p=[0.7, 0.1, 0.1, 0.05, 0.03, 0.02]), rng.integers(0, 8, rows)
    rich = rng.random(rows) < 1 / (1 + np.exp(3 - 0.02 * age - 0.2 * school))
    found = pd.DataFrame({"age": age, "hours": hours, "work": work, "school": school, "y": rich.astype(int)})
    return found.assign(id=range(rows))


@pytest.mark.parametrize("name", ["id", None])
def test_repeated_rows_do_not_fill_the_test(name: str | None) -> None:
    census, model = adult_like(), spec(id=name)
    four_times = pd.concat([census.head(2000)] * 4, ignore_index=True).assign(id=range(8000))

    for table in (census, four_times):
        test = in_test(model.data, table)
        assert test.mean() == pytest.approx(0.25, abs=0.03)
        assert table["y"][test].mean() == pytest.approx(table["y"][~test].mean(), abs=0.05)


def test_few_contents_are_placed_so_that_the_share_holds_and_a_salt_is_named(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    rows = pd.DataFrame({"a": rng.choice(3, 4000, p=[0.55, 0.25, 0.2]), "y": rng.integers(0, 2, 4000)})
    rows.to_csv(tmp_path / "data.csv", index=False)

    (note,) = split(tmp_path, spec(split={"salt": "j"}), tmp_path / "data.csv")

    assert note.startswith("the 4,000 rows hold 3 different contents, which were placed so that the share holds")
    assert split(tmp_path, spec(split={"salt": note.split('"')[1]}), tmp_path / "data.csv") == ()


def test_a_split_that_parts_the_classes_is_refused(tmp_path: Path) -> None:
    """Two of nine contents hold nearly all of one class."""
    rows = pd.DataFrame({"a": np.arange(9000) % 9})
    rows = rows.assign(y=(rows["a"] < 2).astype(int) | (np.arange(9000) % 90 == 5))
    rows.to_csv(tmp_path / "data.csv", index=False)

    refused = 0
    for salt in "abcdefgh":
        try:
            split(tmp_path, spec(split={"salt": salt}), tmp_path / "data.csv")
        except Failure as failure:
            assert "makes class" in failure.message or "one class only" in failure.message
            refused += "makes class" in failure.message

    assert refused


def test_moments_of_few_days_are_cut_where_the_share_comes_nearest() -> None:
    days = pd.DataFrame({"x": range(100), "day": [1] * 40 + [2] * 40 + [3] * 20, "y": [0, 1] * 50})

    assert in_test(spec(split=BY["time"]).data, days).mean() == 0.2


def test_a_share_that_deviates_is_said(tmp_path: Path) -> None:
    rows = pd.DataFrame({"x": range(1000), "day": [1] * 600 + [2] * 400, "y": [0, 1] * 500})
    rows.to_csv(tmp_path / "data.csv", index=False)

    notes = split(tmp_path, spec(split=BY["time"]), tmp_path / "data.csv")

    assert notes == ("40.0% of the rows are test rows, where 25.0% were asked for",)
