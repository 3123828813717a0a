"""What the monitor says of a live forecast: its answers follow the seasons, and its errors go on from day to day."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from mlops_spec.monitor.answers import check_answers
from mlops_spec.monitor.inputs import check_drift
from mlops_spec.monitor.log import bounds_of
from mlops_spec.monitor.performance import check_performance
from mlops_spec.monitor.predictions import Live
from mlops_spec.pipeline.answered import answered_ahead
from mlops_spec.pipeline.answers import Answers
from mlops_spec.pipeline.reference import NAME, read_reference, reference_of
from mlops_spec.spec import Spec
from mlops_spec.spec.watch import Drift, Monitor, Performance
from mlops_validators.unlabelled import Answered

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.monitor.check import Check

SPEC = Spec.model_validate(
    {
        "spec": 1,
        "model": "m",
        "task": "forecasting",
        "owners": ["@a"],
        "data": {
            "path": "d.csv",
            "target": "sales",
            "id": "id",
            "time": "day",
            "series": "store",
            "frequency": "1d",
            "split": {"by": "time", "horizon": "7d", "folds": 104},
        },
        "train": {"run": "x", "predictor": "m:load"},
        "gates": [{"metric": "mean_absolute_error", "max": 3}],
    }
)
STORES = 4


def asked(start: str, days: int, more: float = 0.0) -> tuple[pd.DataFrame, np.ndarray]:
    """Rows of four stores, and the answers to them: high in summer, by `more` higher than they were."""
    times = pd.date_range(start, periods=days, tz="UTC")
    warm = 30 - 10 * np.cos(2 * np.pi * times.day_of_year.to_numpy() / 365.25)
    rows = pd.DataFrame({"day": np.tile(times, STORES), "store": np.repeat([*"abcd"], days)})
    noise = np.random.default_rng(days).normal(0, 2, STORES * days)
    return rows.assign(day=rows["day"].astype("datetime64[us, UTC]")), np.tile(warm, STORES) + noise + more


def known() -> Answered:
    test, score = asked("2022-01-01", 728)
    truth = score + np.random.default_rng(0).normal(0, 2, len(score))
    section = answered_ahead(SPEC, test, Answers(truth, score))["answered"]
    return Answered(**{name: tuple(values) for name, values in section.items()})


def looked(rows: pd.DataFrame, score: np.ndarray) -> dict[str, Check]:
    return {check.name: check for check in check_answers(SPEC, (known(),), Live(rows, (), score))}


@pytest.mark.parametrize("start", ["2024-01-10", "2024-04-10", "2024-07-10"])
def test_a_season_alone_is_no_drift_of_the_answers(start: str) -> None:
    """The answers of any four weeks differ from those of two years by far more than the bound of other tasks."""
    found = looked(*asked(start, 28))

    assert found["answers"].findings == ()
    assert "over 112 answers" in found["answers"].told


@pytest.mark.parametrize("start", ["2024-01-10", "2024-07-10"])
def test_answers_that_no_season_gave_are_drift(start: str) -> None:
    (finding,) = looked(*asked(start, 28, more=-25 if start < "2024-03" else 25))["answers"].findings

    assert "as a stretch of the tested time" in finding


def test_without_labels_nothing_is_estimated_and_that_is_said() -> None:
    found = looked(*asked("2024-07-10", 28))["estimate"]

    assert (found.findings, "mean_absolute_error is not estimated without labels" in found.told) == ((), True)


def checked(folder: Path, *, alike: float, off: float, lacks: tuple[str, ...] = (), **wanted: Any) -> Check:
    """Of 400 days of one store, whose errors go on as much as `alike` says and are `off` on average."""
    rows, score = asked("2024-01-10", 400)
    rows, score = rows[:400], score[:400]
    draw, error = np.random.default_rng(3), np.zeros(400)
    for day in range(1, 400):
        error[day] = alike * error[day - 1] + draw.normal(0, np.sqrt(1 - alike**2))
    names = tuple(map(str, range(400)))
    pd.DataFrame({"id": names, "sales": score + off * np.abs(error)}).to_csv(folder / "labels.csv", index=False)
    bounds = Performance.model_validate({"labels": "labels.csv", "metric": "mean_absolute_error"} | wanted)
    live = Live(rows.drop(columns=list(lacks)), names, score)
    manifest: Any = type("Manifest", (), {"task": "forecasting", "classes": ()})
    return check_performance(folder, SPEC, bounds, manifest, live)


def test_late_labels_judge_a_forecast(tmp_path: Path) -> None:
    assert checked(tmp_path, alike=0.3, off=2, max=3).told.endswith("over 400 labelled rows: pass")
    assert checked(tmp_path, alike=0.3, off=2, max=3, metric="wape").told.startswith("wape 0.0")
    assert "mean_absolute_error 7" in checked(tmp_path, alike=0.3, off=9, max=3).findings[0]


def test_errors_that_go_on_are_fewer_observations(tmp_path: Path) -> None:
    """Days drawn one by one would be as sure of the same error twice as soon."""
    alone, together = (checked(tmp_path, alike=alike, off=2, max=3).evidence for alike in (0.0, 0.8))

    assert together["high"] - together["low"] > 1.6 * (alone["high"] - alone["low"])


def test_what_keeps_labels_from_judging_is_said(tmp_path: Path) -> None:
    assert (
        "the model is not given `day`, which its log lacks"
        in checked(tmp_path, alike=0, off=1, max=3, lacks=("day",)).told
    )
    assert "without what was known of each row's series" in checked(tmp_path, alike=0, off=1, max=3, metric="mase").told


def test_a_season_alone_is_no_drift_of_the_inputs(tmp_path: Path) -> None:
    """All columns move with it, surely and by less than the bound: of other tasks that is a finding."""
    rows, warm = asked("2022-01-01", 728)
    train = rows.assign(lag=warm)
    (tmp_path / NAME).write_text(json.dumps(reference_of(train, ["lag"])))

    def found(spec: Spec, more: float) -> tuple[str, ...]:
        assert spec.monitor is not None
        now = pd.DataFrame({"lag": asked("2024-07-10", 28, more)[1]})
        return check_drift(bounds_of(spec, spec.monitor), read_reference(tmp_path), Live(now, (), np.empty(0))).findings

    watched = SPEC.model_copy(update={"monitor": Monitor(drift=Drift(method="wasserstein", max=3))})
    assert found(watched, 0) == ()
    assert "lag: wasserstein" in found(watched, 40)[0]
    other = watched.model_copy(update={"task": "regression"})
    assert "moved less, but surely" in found(other, 0)[0]


def by_day(folder: Path, labels: pd.DataFrame, rows: pd.DataFrame, **data: Any) -> Check:
    given = SPEC.model_copy(update={"data": SPEC.data.model_copy(update={"id": None} | data)})
    labels.to_csv(folder / "labels.csv", index=False)
    bounds = Performance.model_validate({"labels": "labels.csv", "metric": "mean_absolute_error", "max": 3})
    live = Live(rows, (None,) * len(rows), rows["told"].to_numpy())
    manifest: Any = type("Manifest", (), {"task": "forecasting", "classes": ()})
    return check_performance(folder, given, bounds, manifest, live)


def days_of_stores() -> tuple[pd.DataFrame, pd.DataFrame]:
    """What was asked of forty stores, and what they sold of it, in another order, as days."""
    rows, score = asked("2024-03-01", 90)
    rows = pd.concat([rows.assign(store=rows["store"] + str(part)) for part in range(10)], ignore_index=True)
    rows = rows.assign(told=np.tile(score, 10))
    sales = rows["told"] + np.random.default_rng(0).normal(0, 2, len(rows))
    labels = pd.DataFrame({"store": rows["store"], "day": rows["day"].dt.strftime("%Y-%m-%d"), "sales": sales})
    return rows, labels.sample(frac=1, random_state=0)


def test_labels_without_a_name_find_their_row_by_time_and_series(tmp_path: Path) -> None:
    rows, labels = days_of_stores()
    wrong = labels.assign(store=labels["store"].to_numpy()[::-1])

    assert by_day(tmp_path, labels, rows).evidence["value"] == pytest.approx(2 * np.sqrt(2 / np.pi), rel=0.05)
    assert by_day(tmp_path, labels.iloc[:900], rows).told.endswith("over 900 labelled rows: pass")
    assert by_day(tmp_path, wrong, rows).evidence["value"] > 2.5
    later = labels.assign(day="2025-01-01").drop_duplicates("store")
    assert "none of 3,600 rows has a label: times and series are others" in by_day(tmp_path, later, rows).told


def test_a_row_that_was_asked_or_labelled_again_counts_once_as_it_was_last(tmp_path: Path) -> None:
    rows, labels = days_of_stores()
    again = pd.concat([rows.assign(told=0.0), rows], ignore_index=True)
    corrected = pd.concat([labels.assign(sales=900.0), labels], ignore_index=True)

    assert by_day(tmp_path, corrected, again).told == by_day(tmp_path, labels, rows).told


def test_days_of_clocks_that_are_set_forward_are_the_same_days(tmp_path: Path) -> None:
    rows, labels = days_of_stores()
    berlin = pd.to_datetime(labels["day"]).dt.tz_localize("Europe/Berlin")
    local = rows.assign(day=rows["day"].dt.tz_localize(None).dt.tz_localize("Europe/Berlin").dt.tz_convert("UTC"))

    told = by_day(tmp_path, labels.assign(day=berlin.map(pd.Timestamp.isoformat)), local)

    assert "over 3,600 labelled rows" in told.told


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda rows, labels: (rows, labels.drop(columns="day")), "labels.csv has no column day"),
        (lambda rows, labels: (rows, labels.drop(columns="store")), "labels.csv has no column store"),
        (lambda rows, labels: (rows.drop(columns="day"), labels), "the model is not given `day`, which its log lacks"),
        (lambda rows, labels: (rows, labels.assign(day="soon")), "times and series are others"),
        (lambda rows, labels: (rows, labels.assign(day=labels["day"] + "T11:00")), "are of no one frequency"),
        (lambda rows, labels: (rows, labels.assign(sales=np.nan)), "times and series are others"),
    ],
)
def test_labels_of_no_day_are_said_and_not_guessed(tmp_path: Path, change: Any, says: str) -> None:
    told = by_day(tmp_path, *reversed(change(*days_of_stores())))

    assert says in (told.told or told.findings[0])
