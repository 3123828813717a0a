"""Drift beside training rows of the same season: on four years of Seattle's days, and by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from mlops_spec.monitor.by_season import check_seasonal_drift
from mlops_spec.monitor.predictions import Live
from mlops_spec.pipeline.reference import NAME, read_reference, reference_of, reference_of_file
from mlops_spec.pipeline.seasons import Part, Seasons, mixed, part_of
from mlops_spec.spec import Spec
from mlops_spec.spec.watch import Drift

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlops_spec.monitor.check import Check
    from mlops_spec.pipeline.reference import Column

FILE = Path(__file__).parents[2] / "template" / "starter" / "forecast" / "data" / "seattle_temperature.csv"
COLUMNS = ["temp_max", "temp_min", "wind"]
WINDOW = 112  # days: of fewer than a hundred rows nothing is told
SEASONAL: dict[str, Any] = {"method": "wasserstein", "max": 0.75, "season": "year"}
WHOLE: dict[str, Any] = {"method": "wasserstein", "max": 0.75}


def spec(**data: Any) -> Spec:
    known = {"path": "d.csv", "target": "temp", "time": "date", "frequency": "1d"}
    return Spec.model_validate(
        {
            "spec": 1,
            "model": "m",
            "task": "forecasting",
            "owners": ["@a"],
            "data": known | {"split": {"by": "time", "horizon": "7d", "folds": 3}} | data,
            "train": {"run": "x", "predictor": "m:load"},
            "gates": [{"metric": "mase", "max": 0.9}],
        }
    )


def days() -> pd.DataFrame:
    rows = pd.read_csv(FILE)
    return rows.assign(date=pd.to_datetime(rows["date"], utc=True).astype("datetime64[us, UTC]"))


def kept(folder: Path, rows: pd.DataFrame, columns: list[str], season: Any = "year") -> Mapping[str, Column]:
    seasons = None if season is None else Seasons(season, part_of(rows["date"], season))
    (folder / NAME).write_text(json.dumps(reference_of(rows, columns, seasons)))
    return read_reference(folder)


def checked(reference: Mapping[str, Column], rows: pd.DataFrame, **bounds: Any) -> Check:
    drift = Drift.model_validate(bounds).model_copy(update={"share": np.inf})
    return check_seasonal_drift(spec(), drift, reference, Live(rows.reset_index(drop=True), (), np.empty(0)))


@pytest.fixture
def seattle(tmp_path: Path) -> Mapping[str, Column]:
    """Three years; the fourth is what comes."""
    return kept(tmp_path, days()[lambda rows: rows["date"] < "2015-01-01"], COLUMNS)


def windows() -> list[pd.DataFrame]:
    year = days()[lambda rows: rows["date"] >= "2015-01-01"]
    return [year.iloc[start : start + WINDOW] for start in range(0, len(year) - WINDOW, 14)]


def test_no_season_of_a_real_year_is_drift_and_without_one_most_are(seattle: Mapping[str, Column]) -> None:
    found = [checked(seattle, rows, **SEASONAL) for rows in windows()]
    whole = [checked(seattle, rows, **WHOLE) for rows in windows()]

    assert [each.findings for each in found] == [()] * len(found)
    assert found[0].told.endswith("beside training rows of the same month of the year")
    assert sum(each.findings != () for each in whole) >= len(whole) / 3


@pytest.mark.parametrize(
    ("name", "shift"),
    [
        ("degrees Fahrenheit", lambda rows: rows.assign(temp_max=rows["temp_max"] * 1.8 + 32)),
        ("a sensor in the sun", lambda rows: rows.assign(temp_max=rows["temp_max"] + 6)),
        (
            "days of half a year before",
            lambda rows: rows.assign(temp_max=rows["temp_max"].max() - rows["temp_max"] - 9),
        ),
        ("miles for kilometres", lambda rows: rows.assign(wind=rows["wind"] * 3)),
    ],
)
def test_a_shift_is_drift_in_each_season(seattle: Mapping[str, Column], name: str, shift: Any) -> None:
    found = [checked(seattle, shift(rows), **SEASONAL).findings for rows in windows()]

    assert [place for place, each in enumerate(found) if not each] == [], name


def test_summer_in_winter_is_drift_though_it_is_in_the_whole_year(seattle: Mapping[str, Column]) -> None:
    """What `max` that lets seasons pass does not see."""
    july = days()[lambda rows: (rows["date"] >= "2015-06-01") & (rows["date"] < "2015-09-20")]
    january = july.assign(date=july["date"] + pd.Timedelta(days=182))

    assert checked(seattle, january, **SEASONAL).findings
    assert checked(seattle, january, **SEASONAL | {"season": None, "max": 1.5}).findings == ()


@pytest.mark.parametrize("method", ["psi", "jensen_shannon", "chi2", "ks"])
def test_all_methods_compare_with_the_same_season(tmp_path: Path, method: Any) -> None:
    """Weekends sell twice as much: a weekend alone is no drift, and weekdays that sell as weekends do are."""
    date = pd.Series(pd.date_range("2024-01-01", periods=24 * 200, freq="h", tz="UTC"))
    weekend = date.dt.day_of_week.to_numpy() >= 5
    sales = np.random.default_rng(0).normal(10 + 10 * weekend, 1)
    rows = pd.DataFrame({"date": date, "sales": sales})
    reference = kept(tmp_path, rows.iloc[:3600], ["sales"], "week")
    come = rows.iloc[3600:]
    bounds: dict[str, Any] = {"method": method, "max": 0.25, "season": "week"}

    assert checked(reference, come[weekend[3600:]], **bounds).findings == ()
    assert checked(reference, come[weekend[3600:]], **bounds | {"season": None}).findings
    assert checked(reference, come[~weekend[3600:]].assign(sales=20.0), **bounds).findings


def test_what_nothing_is_known_of_is_said_and_not_judged(seattle: Mapping[str, Column], tmp_path: Path) -> None:
    year = days()[lambda rows: rows["date"] >= "2015-01-01"]
    summer = kept(tmp_path, days()[lambda rows: rows["date"].dt.month.isin([6, 7, 8])], COLUMNS)

    winter = checked(summer, year[year["date"].dt.month < 4], **SEASONAL)
    assert (winter.findings, "90 rows are of a month of the year that training has hardly" in winter.told) == ((), True)
    both = checked(summer, days()[lambda rows: rows["date"].dt.month < 8], **SEASONAL)
    assert "of the same month of the year; 605 rows are of a month" in both.told

    for season in ("week", "day"):
        assert "built without training rows by" in checked(seattle, year, **SEASONAL | {"season": season}).told
    assert "does not say when a row was" in checked(seattle, year.drop(columns="date"), **SEASONAL).findings[0]
    assert "fewer than 100 tell nothing" in checked(seattle, year.head(0), **SEASONAL).told
    lost = year.assign(date=year["date"].where(year["date"] < "2000-01-01"))
    assert "365 rows are of a month" in checked(seattle, lost, **SEASONAL).told


def test_parts_add_up_and_texts_are_compared_whole(tmp_path: Path) -> None:
    rows = days().assign(
        sky=lambda each: np.where(each["precipitation"] > 0, "rain", "sun"),
        note=lambda each: [f"a word or two, and {number} more" for number in range(len(each))],
    )
    reference = kept(tmp_path, rows, ["temp_max", "sky", "note"])
    rows.to_parquet(tmp_path / "train.parquet")
    codes = Seasons("year", part_of(rows["date"], "year"))

    for name in ("temp_max", "sky"):
        parts = reference[name].parts
        assert sorted(parts) == [*range(12)]
        assert np.array_equal(sum(part.counts for part in parts.values()), reference[name].counts)
    assert reference["note"].parts == {}
    record = reference_of_file(tmp_path / "train.parquet", ["temp_max", "sky", "note"], codes)
    assert record == reference_of(rows, ["temp_max", "sky", "note"], codes)


def test_a_mix_of_parts_is_by_hand() -> None:
    parts = {0: Part(np.array([10, 0]), np.array([0.0] * 10)), 1: Part(np.array([0, 30]), np.array([1.0] * 30))}

    half = mixed(parts, {0: 0.5, 1: 0.5}, 100)
    assert half.counts.tolist() == [20, 20]
    assert half.values is not None
    assert half.values.mean() == pytest.approx(0.5, abs=0.03)
    assert mixed(parts, {1: 1.0}, 100).counts.tolist() == [0, 30]
    assert mixed({0: replace(parts[0], values=None)}, {0: 1.0}, 100).values is None


def test_a_moment_lies_in_one_part_of_each_season() -> None:
    times = pd.Series(["2024-12-31T23:30:00-05:00", "2024-02-29T00:00:00Z", None])

    assert part_of(times, "year").tolist() == [0, 1, -1]
    assert part_of(times, "week").tolist() == [2, 3, -1]
    assert part_of(times, "day").tolist() == [4, 0, -1]
