"""Forecasts by quantiles: what the model may answer, what stands beside it, and what is compared with what."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from mlops_spec.errors import Failure
from mlops_spec.integrity.evaluation import _of_quantiles
from mlops_spec.monitor.performance import check_performance
from mlops_spec.monitor.predictions import Live
from mlops_spec.package.predictor.output import check_output
from mlops_spec.pipeline.answered import answered_ahead
from mlops_spec.pipeline.answers import Answers, groups_of, read_answers, write_answers
from mlops_spec.pipeline.beside_simple import beside_simple
from mlops_spec.pipeline.by_quantile import by_quantile
from mlops_spec.pipeline.contract import check
from mlops_spec.pipeline.curves import write_curves
from mlops_spec.pipeline.history import with_history
from mlops_spec.pipeline.levels import quantile_names, told_at
from mlops_spec.pipeline.measured import measure, measure_named
from mlops_spec.pipeline.pictures import draw_pictures
from mlops_spec.pipeline.pictures.shown import Shown
from mlops_spec.pipeline.sides import in_test
from mlops_spec.pipeline.signature import output_of
from mlops_spec.pipeline.tasks import TARGETS
from mlops_spec.spec import Spec
from mlops_spec.spec.measures import measured
from mlops_spec.spec.tasks import TASKS
from mlops_spec.spec.watch import Performance
from mlops_validators.forecasts import NAIVE, SEASONAL
from mlops_validators.quantiles import naive_quantiles, seasonal_quantiles

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LEVELS = [0.1, 0.5, 0.9]
ANSWER = TASKS["forecasting"].answer


def spec(**data: Any) -> Spec:
    return Spec.model_validate(
        {
            "spec": 1,
            "model": "sales",
            "task": "forecasting",
            "owners": ["@a"],
            "train": {"run": "x"},
            "data": {
                "path": "d.csv",
                "target": "sales",
                "id": "id",
                "time": "day",
                "series": "store",
                "frequency": "1d",
                "split": {"by": "time", "horizon": "7d", "folds": 6},
                "quantiles": LEVELS,
            }
            | data,
            "gates": [{"metric": "skill_pinball", "min": 0.1}],
        }
    )


def table(days: int = 400, stores: int = 40) -> pd.DataFrame:
    """Each store sells as much as its number, give or take as much, and each day is a matter of chance."""
    day = pd.date_range("2024-01-01", periods=days).strftime("%Y-%m-%d").to_numpy()
    size = np.repeat(1.0 + np.arange(stores), days)
    chance = np.random.default_rng(0).normal(size=days * stores)
    sales = 10 * size + size * chance
    return pd.DataFrame(
        {"day": np.tile(day, stores), "store": [f"s{store:02}" for store in size.astype(int)], "sales": sales}
    )


def case(given: Spec | None = None) -> tuple[Spec, pd.DataFrame, Answers]:
    """Test rows, and the answers of a model that knows all that can be known."""
    given, rows = given or spec(), table()
    side = in_test(given.data, rows)
    train, test = rows[~side], rows[side]
    truth = with_history(given, test["sales"].to_numpy(), train, test)
    size = test["store"].str[1:].astype(float).to_numpy()[:, None]
    score = size * (10 + norm.ppf(given.data.quantiles))
    return given, test, Answers(truth, score, groups_of(given, test, truth), levels=tuple(given.data.quantiles))


def test_all_measures_are_of_the_quantiles_or_of_their_median(tmp_path: Path) -> None:
    given, _, answers = case()

    found = measure(tmp_path, given, measured(given), answers)

    assert [name for name, each in found.items() if each["low"] is None] == []
    assert set(TASKS["forecasting"].of_quantiles) < set(found)
    assert found["coverage"]["low"] < 0.8 < found["coverage"]["high"]
    assert found["coverage_error"]["low"] == 0
    point = measure_named(tmp_path, spec(quantiles=[]), "mase")
    assert found["mase"]["value"] == pytest.approx(point(answers.truth[:, :6], answers.score[:, 1]))


def test_a_forecast_without_a_model_has_the_quantiles_of_its_own_errors(tmp_path: Path) -> None:
    """Of values that are a matter of chance an error is the root of two times as wide as they are, on either side."""
    given, test, answers = case()
    size = test["store"].str[1:].astype(float).to_numpy()

    for told, place in ((naive_quantiles, NAIVE), (seasonal_quantiles, SEASONAL)):
        quantiles = told(answers.truth)
        assert quantiles[:, 1].tolist() == answers.truth[:, place].tolist()
        for side, of in ((0, -1), (2, 1)):
            apart = (quantiles[:, side] - quantiles[:, 1]) / size
            assert of * np.median(apart) == pytest.approx(np.sqrt(2) * norm.ppf(0.9), rel=0.05)
            assert np.ptp(apart) < 0.8  # of one series alone the moves are known less well

    beside = beside_simple(tmp_path, given, (test, test), answers)
    assert beside["measures"]["coverage"]["linear"] == pytest.approx(0.8, abs=0.03)
    assert beside["measures"]["skill_pinball"]["linear"] == 0
    assert beside["measures"]["skill_pinball"]["lead"]["low"] > 0.2  # of a width that is less by the root of two


def test_each_quantile_alone_is_in_the_evaluation() -> None:
    given, _, answers = case()

    found = by_quantile(answers)["quantiles"]

    assert [each["level"] for each in found] == LEVELS
    assert [each["below"] for each in found] == pytest.approx(LEVELS, abs=0.03)
    mean = measure_named(__file__, given, "mean_pinball_loss")(answers.truth, answers.score)  # type: ignore[arg-type]
    assert np.mean([each["pinball"] for each in found]) == pytest.approx(mean)
    assert by_quantile(replace(answers, score=answers.score[:, 1], levels=())) == {}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda found: found.pop(), "are [0.1, 0.5], of the spec [0.1, 0.5, 0.9]"),
        (lambda found: found[1].update(below=1.5), "have a share beyond 0 to 1"),
        (lambda found: found[1].update(pinball=9.0), "its quantiles make it"),
        (lambda found: None, ""),
    ],
)
def test_an_evaluation_whose_quantiles_do_not_fit_is_none(change: Callable[[Any], object], says: str) -> None:
    given, _, answers = case()
    found = by_quantile(answers)["quantiles"]
    mean = float(np.mean([each["pinball"] for each in found]))
    change(found)
    as_objects = [type("Quantile", (), each) for each in found]
    loss = type("Measured", (), {"value": mean})
    evaluation: Any = type("Evaluation", (), {"quantiles": as_objects, "measures": {"mean_pinball_loss": loss}})

    problems = [str(problem) for problem in _of_quantiles(given, evaluation)]

    assert (says in problems[0]) if says else problems == []


def test_answers_come_back_and_keep_their_levels(tmp_path: Path) -> None:
    _, _, answers = case()
    write_answers(tmp_path / "answers.parquet", answers)

    found = read_answers(tmp_path / "answers.parquet")
    some = answers.of(np.arange(5))

    assert np.array_equal(found.truth, answers.truth)
    assert np.array_equal(found.score, answers.score)
    assert some.levels == answers.levels
    assert np.array_equal(some.actual, answers.truth[:5, 0])
    assert np.array_equal(some.point.score, answers.score[:5, 1])


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (np.array([[1, 2, 3], [1, 0.5, 3.0]]), "the quantiles of row 1 cross"),
        (np.array([[1, 2], [1, 2.0]]), r"has shape \(2, 2\)"),
        (np.array([1, 2.0]), r"has shape \(2,\)"),
        (np.array([[1, 2, np.nan], [1, 2, 3]]), "row 0 is NaN or infinite"),
        (np.array([[1, 2, np.inf], [1, 2, 3]]), "row 0 is NaN or infinite"),
    ],
)
def test_what_are_no_quantiles_is_refused(answer: np.ndarray, says: str) -> None:
    with pytest.raises(Failure, match=says) as refused:
        check_output(answer, 2, ANSWER, 3)
    assert ("numpy.sort" in refused.value.remedy) is ("cross" in says)


def test_equal_quantiles_are_taken_and_one_number_a_row_is_as_before() -> None:
    assert check_output([[1, 1, 1], [2, 2, 3]], 2, ANSWER, 3).shape == (2, 3)
    assert check_output([1, 0], 2, ANSWER, 0).shape == (2,)
    assert TARGETS["forecasting"].classes(spec(), table()) == ["q0.1", "q0.5", "q0.9"]
    assert TARGETS["forecasting"].classes(spec(quantiles=[]), table()) == []
    assert output_of(TASKS["forecasting"], 3).shape == (-1, 3)
    assert output_of(TASKS["forecasting"], 0).shape == (-1,)


OWN, WANTED = ["q0.05", "q0.1", "q0.5", "q0.9", "q0.95"], ["q0.1", "q0.5", "q0.9"]


@pytest.mark.parametrize(
    ("own", "wanted", "told"),
    [
        (WANTED, WANTED, [[0, 1, 2], [3, 4, 5]]),
        (OWN, WANTED, [[1, 2, 3], [6, 7, 8]]),
        (OWN, [], [2, 7]),
        ([], WANTED, [[0] * 3, [1] * 3]),
        ([], [], [0, 1]),
    ],
)
def test_an_earlier_version_is_compared_by_what_both_answer(own: list[str], wanted: list[str], told: Any) -> None:
    score = np.arange(2.0 * max(len(own), 1)).reshape((2, -1) if own else (2,))

    assert told_at(score, own, wanted).tolist() == told


def test_a_quantile_that_an_earlier_version_has_not_is_not_guessed() -> None:
    with pytest.raises(ValueError, match=r"it answers q0\.1, q0\.5, q0\.9, and not q0\.05, q0\.95"):
        told_at(np.zeros((2, 3)), WANTED, OWN)


@pytest.mark.parametrize("levels", [[0.1, 0.9], [0.9, 0.5, 0.1], [0.5]])
def test_quantiles_that_are_none_are_refused_before_anything_trains(levels: list[float]) -> None:
    assert "data.quantiles: " in "\n".join(map(str, check(spec(quantiles=levels, id=None), table(200, 2))))


@pytest.mark.parametrize("drop", [slice(0, 0), slice(30, 160, 7), slice(340, 400, 3)])
def test_steps_without_rows_leave_the_quantiles_what_they_are(drop: slice) -> None:
    given, rows = spec(series=None), table(400, 1).drop(columns="store")
    rows = rows.drop(index=rows.index[drop])
    side = in_test(given.data, rows)

    truth = with_history(given, rows[side]["sales"].to_numpy(), rows[~side], rows[side])

    assert np.isfinite(truth).all()
    assert (np.diff(seasonal_quantiles(truth), axis=1) > 0).all()


def test_training_that_is_shorter_than_the_horizon_has_quantiles_of_what_it_has() -> None:
    given = spec(series=None, split={"by": "time", "horizon": "28d", "folds": 2})
    rows = table(70, 1).drop(columns="store")
    side = in_test(given.data, rows)

    truth = with_history(given, rows[side]["sales"].to_numpy(), rows[~side], rows[side])

    assert (np.diff(naive_quantiles(truth), axis=1) > 0).all()


def test_a_series_that_never_moved_is_forecast_surely() -> None:
    given, rows = spec(), table(200, 2)
    rows.loc[rows.store == "s01", "sales"] = 5.0
    side = in_test(given.data, rows)

    truth = with_history(given, rows[side]["sales"].to_numpy(), rows[~side], rows[side])

    assert np.ptp(seasonal_quantiles(truth)[:42]) == 0
    assert (np.diff(seasonal_quantiles(truth)[42:], axis=1) > 0).all()


def test_pictures_curves_and_what_is_known_of_answers_are_of_the_median(tmp_path: Path) -> None:
    given, test, answers = case()
    evaluation = {"slices": {}, "measures": {}}
    draw_pictures(tmp_path, Shown(given, test, answers, answers.score[:100], evaluation))
    write_curves(tmp_path, TASKS["forecasting"], answers)

    point = answered_ahead(spec(quantiles=[]), test, answers.point)
    assert answered_ahead(given, test, answers)["answered"]["edges"] == point["answered"]["edges"]
    assert len(json.loads((tmp_path / "predicted_actual.json").read_text())) == 10
    assert (tmp_path / "forecast.png").stat().st_size > 20_000


@pytest.mark.parametrize(("wide", "found"), [(1.0, "pass"), (0.4, "fail"), (3.0, "fail")])
def test_coverage_is_watched_as_labels_come(tmp_path: Path, wide: float, found: str) -> None:
    given, test, answers = case()
    names = tuple(map(str, range(len(test))))
    pd.DataFrame({"id": names, "sales": test["sales"]}).to_csv(tmp_path / "labels.csv", index=False)
    score = answers.score[:, [1]] + wide * (answers.score - answers.score[:, [1]])
    rows = test[["day", "store"]].assign(day=pd.to_datetime(test["day"], utc=True))
    wanted = Performance.model_validate({"labels": "labels.csv", "metric": "coverage_error", "max": 0.06})
    manifest: Any = type("Manifest", (), {"task": "forecasting", "classes": ("q0.1", "q0.5", "q0.9")})

    told = check_performance(tmp_path, given, wanted, manifest, Live(rows, names, score))

    assert told.told.endswith(f"over 1,680 labelled rows: {found}")
    assert bool(told.findings) is (found == "fail")
    other: Any = type("Manifest", (), {"task": "forecasting", "classes": ("q0.2", "q0.5", "q0.8")})
    unknown = check_performance(tmp_path, given, wanted, other, Live(rows, names, score))
    assert "it answers q0.2, q0.5, q0.8, and not q0.1, q0.9" in unknown.told


def test_names_are_as_short_as_they_can_be() -> None:
    assert quantile_names(spec(quantiles=[0.025, 0.5, 0.975]).data) == ["q0.025", "q0.5", "q0.975"]
