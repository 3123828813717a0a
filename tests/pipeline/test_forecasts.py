"""Forecasts: rolling origins, what is known at each, times that are no series, and a model's whole way on real days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from mlops_spec.pipeline.answers import Answers, groups_of, read_answers, write_answers
from mlops_spec.pipeline.contract import check
from mlops_spec.pipeline.giveaways import early_features
from mlops_spec.pipeline.history import with_history
from mlops_spec.pipeline.lagged import with_lags
from mlops_spec.pipeline.origins import NEITHER, TRAIN, folds_of, notes
from mlops_spec.pipeline.sides import in_test
from mlops_spec.pipeline.split import without_gap
from mlops_spec.pipeline.steps import steps_of
from mlops_spec.spec import Spec
from mlops_validators.forecasts import ABSOLUTE, NAIVE, SEASONAL, SERIES, SQUARED, VALUE

if TYPE_CHECKING:
    from pathlib import Path

SPLIT = {"by": "time", "horizon": "7d", "folds": 3}


def spec(split: dict[str, Any] = SPLIT, **data: Any) -> Spec:
    known = {"path": "d.csv", "target": "sales", "time": "day", "series": "store", "frequency": "1d", "split": split}
    return Spec.model_validate(
        {
            "spec": 1,
            "model": "sales",
            "task": "forecasting",
            "owners": ["@a"],
            "train": {"run": "x"},
            "data": {name: value for name, value in (known | data).items() if value is not None},
            "gates": [{"metric": "mase", "max": 0.7}],
        }
    )


def table(days: int = 60, stores: int = 2) -> pd.DataFrame:
    """Each store sells its number of hundreds, and one more each day."""
    day = pd.date_range("2024-03-01", periods=days).strftime("%Y-%m-%d").to_numpy()
    rows = [
        pd.DataFrame({"day": day, "store": f"s{store}", "sales": 100.0 * store + np.arange(days)})
        for store in range(1, stores + 1)
    ]
    return pd.concat(rows, ignore_index=True)


def said(given: Spec, rows: pd.DataFrame) -> str:
    return "\n".join(map(str, check(given, rows)))


def test_the_last_horizons_are_tested_each_from_its_own_origin() -> None:
    rows, data = table(stores=1), spec().data

    folds = folds_of(data, steps_of(rows["day"], "1d"))

    assert folds.tolist() == [TRAIN] * 39 + [0] * 7 + [1] * 7 + [2] * 7
    assert in_test(data, rows).tolist() == [False] * 39 + [True] * 21
    assert check(spec(), table()) == ()


def test_a_gap_is_neither_trained_on_nor_tested() -> None:
    rows, data = table(stores=1), spec(SPLIT | {"gap": "2d"}).data

    folds = folds_of(data, steps_of(rows["day"], "1d"))

    assert folds.tolist() == [TRAIN] * 37 + [NEITHER] * 2 + [0] * 7 + [1] * 7 + [2] * 7
    assert len(without_gap(data, rows)) == 58


@pytest.mark.parametrize(("gap", "naive", "season"), [(None, 138, 132), ("2d", 136, 132), ("7d", 131, 125)])
def test_a_forecast_without_a_model_knows_what_was_known_at_its_origin(
    gap: str | None, naive: int, season: int
) -> None:
    """The first fold begins on day 39, when 138 is the value of the day before."""
    given = spec(SPLIT | ({"gap": gap} if gap else {}))
    rows = without_gap(given.data, table())
    test, between = in_test(given.data, rows), table().drop(index=rows.index)

    truth = with_history(given, rows[test]["sales"].to_numpy(), rows[~test], rows[test], between)

    assert truth.shape == (42, 6)
    assert truth[0].tolist() == [139, 7, 49, 0, naive, season]
    assert truth[1, [VALUE, NAIVE, SEASONAL]].tolist() == [140, naive, season + 1]
    assert truth[7, [VALUE, NAIVE, SEASONAL]].tolist() == [
        146,
        naive + 7,
        season + 7,
    ]  # the second fold's origin is later
    assert truth[21:, SERIES].tolist() == [1] * 21
    assert truth[21, [VALUE, ABSOLUTE, SQUARED, NAIVE]].tolist() == [239, 7, 49, naive + 100]


def test_rows_in_any_order_have_the_same_history() -> None:
    rows, mixed = table(), table().sample(frac=1, random_state=1)
    told = []
    for each in (rows, mixed):
        test = in_test(spec().data, each)
        truth = with_history(spec(), each[test]["sales"].to_numpy(), each[~test], each[test])
        told.append(truth[np.lexsort(truth.T)])

    assert np.array_equal(*told)


def test_a_step_without_a_row_is_filled_from_what_was_known_before() -> None:
    rows = table(stores=1).drop(index=[32, 38])  # the season before the first tested day, and the day before it
    test = in_test(spec().data, rows)

    truth = with_history(spec(), rows[test]["sales"].to_numpy(), rows[~test], rows[test])

    assert truth[0, [VALUE, NAIVE, SEASONAL]].tolist() == [139, 137, 131]
    assert list(notes(spec().data, rows)) == ["2 steps of 1d between a series' first and last row have no row"]


def test_a_lag_is_what_the_series_held_then() -> None:
    lags = {"ago": {"of": "sales", "by": "7d"}, "mean": {"of": "sales", "by": "7d", "mean": "3d"}}
    rows = with_lags(spec(lags=lags).data, table().sample(frac=1, random_state=0)).sort_values(["store", "day"])

    first, second = (rows[rows.store == store] for store in ("s1", "s2"))
    assert first.ago.isna().tolist() == [True] * 7 + [False] * 53
    assert first.ago.iloc[7:].tolist() == first.sales.iloc[:-7].tolist()
    assert second["mean"].iloc[7:11].tolist() == [200, 200.5, 201, 202]
    assert second["mean"].iloc[:7].isna().all()


def test_no_feature_of_lags_is_found_to_know_what_comes() -> None:
    rng = np.random.default_rng(0)
    rows = table(200).assign(sales=rng.normal(20, 3, 400), other=rng.normal(size=400))
    given = spec(lags={"ago": {"of": "sales", "by": "7d"}, "mean": {"of": "sales", "by": "7d", "mean": "7d"}})
    rows = with_lags(given.data, rows)
    test = in_test(given.data, rows)

    assert early_features(given, rows[~test], rows[test]) == []
    for planted in (
        rows.groupby("store").sales.shift(3),  # moved by less than the horizon
        rows.groupby("store").sales.transform(lambda sales: sales.rolling(7, center=True).mean()),
        rows.groupby("store").sales.shift(-7),  # what comes in a week, joined in
    ):
        leaky = rows.assign(other=planted)
        (found,) = early_features(given, leaky[~test], leaky[test])
        assert found.column == "other"


def changed(rows: pd.DataFrame, place: int, day: Any) -> pd.DataFrame:
    return rows.assign(day=rows.day.where(np.arange(len(rows)) != place, day))


AT_NOON = table().assign(day=table().day + "T12:00")
HOURS = pd.date_range("2024-10-25", periods=200, freq="h", tz="Europe/Berlin")


@pytest.mark.parametrize(
    ("rows", "data", "told"),
    [
        (changed(AT_NOON, 5, "2024-03-06T19:00"), {}, "day: no step of 1d from the first time on in 1 row: 6"),
        (changed(AT_NOON, 5, "2024-03-06T12:00Z"), {}, "day: has no offset from UTC where other rows have one in 119"),
        (changed(table(), 5, None), {}, "day: missing in 1 row: 6"),
        (changed(table(), 5, "2024-03-05"), {}, "day: two rows of one series in 2 rows: 5, 6"),
        (table(), {"series": None}, "day: two rows of one time in 120 rows"),
        (table().assign(store=None), {}, "store: missing in 120 rows"),
        (table().assign(day=range(120)), {}, "day: no time of ISO 8601"),
        (table(140).iloc[::7], {"frequency": "1d"}, "of the steps of 1d are missing"),
        (table(24), {}, "24 steps of 1d are too few to test 3 × 7d: 3 are left to learn from, and a season has 7"),
        (table().drop(index=range(60, 105)), {}, "store: 1 series have no row before the first origin: s2"),
        (table(), {"lags": {"x": {"of": "sales", "by": "6d"}}}, "x: data.lags reaches 6d back, and a forecast goes 7d"),
        (table(), {"lags": {"x": {"of": "price", "by": "7d"}}}, "price: no such column (data.lags)"),
        (table().assign(x=1), {"lags": {"x": {"of": "sales", "by": "7d"}}}, "x: is derived (data.lags), but the file"),
        (table(), {"split": SPLIT | {"horizon": "1mo"}}, "a data.split.horizon of whole steps"),
        (table(), {"frequency": None}, "sales: is to be forecast, which needs data.frequency"),
        (table().assign(sales="many"), {}, "sales: a regression's target must be numbers"),
    ],
)
def test_what_is_no_series_is_refused_with_the_reason(rows: pd.DataFrame, data: dict[str, Any], told: str) -> None:
    assert told in said(spec(**data), rows)


def test_clocks_that_are_set_back_are_told_by_their_offset() -> None:
    hourly = {"frequency": "1h", "series": None, "split": {"by": "time", "horizon": "1d", "folds": 2}}
    values = {"store": "s", "sales": np.arange(200.0)}
    zoned = pd.DataFrame({"day": HOURS.map(pd.Timestamp.isoformat), **values})
    as_shown = zoned.assign(day=zoned.day.str[:19])

    assert said(spec(**hourly), zoned) == ""
    assert "write times with their offset from UTC) in 2 rows: 51, 52" in said(spec(**hourly), as_shown)


def test_a_day_may_be_an_hour_off_and_a_month_any_day_of_it() -> None:
    midnights = pd.Series(pd.date_range("2024-03-20", periods=30, tz="Europe/Berlin").map(pd.Timestamp.isoformat))
    months = pd.Series(["2024-01-31", "2024-02-29", "2024-03-31", "2024-05-01"])

    assert steps_of(midnights, "1d").tolist() == [*range(30)]
    assert steps_of(months, "1mo").tolist() == [0, 1, 2, 4]
    assert steps_of(pd.Series([1960, 1961, 1963]), "1y").tolist() == [0, 1, 3]
    with pytest.raises(ValueError, match="1 times of `day` are no steps of 1q"):
        steps_of(pd.Series(["2024-01-31", "2024-02-29", "2024-04-30"], name="day"), "1q")


def test_few_series_are_drawn_by_blocks_of_time_and_many_whole() -> None:
    for stores, kinds in ((2, 7), (40, 40)):
        rows = table(stores=stores)
        rows = rows.assign(sales=np.random.default_rng(2).normal(50, 3, len(rows)))
        test = rows[in_test(spec().data, rows)]
        train = rows.drop(test.index)
        groups = groups_of(spec(), test, with_history(spec(), test["sales"].to_numpy(), train, test))

        assert groups is not None
        assert len(np.unique(groups)) == kinds
        if stores == 2:  # what happens on a day happens to both
            assert np.array_equal(groups[:21], groups[21:])


def test_answers_come_back_from_their_file(tmp_path: Path) -> None:
    truth = np.arange(12.0).reshape(2, 6)
    write_answers(tmp_path / "answers.parquet", Answers(truth, np.array([0.5, 7.0])))

    found = read_answers(tmp_path / "answers.parquet")

    assert np.array_equal(found.truth, truth)
    assert found.actual.tolist() == [0.0, 6.0]


def test_what_only_a_forecast_has_is_refused_for_another_task() -> None:
    other = Spec.model_validate(
        {
            **spec().model_dump(by_alias=True, exclude_defaults=True),
            "task": "regression",
            "gates": [{"metric": "r2", "min": 0.5}],
        }
    )

    assert "data.series: a task of regression forecasts nothing" in said(other, table())
