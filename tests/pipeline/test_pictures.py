"""The pictures of each task, and the numbers behind their bands."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from sklearn.metrics import confusion_matrix, roc_curve

from mlops_spec.engines.dvc.plots import plots
from mlops_spec.pipeline.answers import Answers
from mlops_spec.pipeline.bands import rates, roc_band
from mlops_spec.pipeline.curves import write_curves
from mlops_spec.pipeline.pictures import draw_pictures
from mlops_spec.pipeline.pictures.shown import Shown
from mlops_spec.spec import Spec
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 400
DRAW = np.random.default_rng(3)
TRUTH = DRAW.integers(0, 2, COUNT)
SCORE = np.clip(0.4 + 0.2 * TRUTH + DRAW.normal(0, 0.15, COUNT), 0, 1)
BAND = pd.Series(DRAW.choice(["old", "young"], COUNT), name="band")
BINARY = Answers(TRUTH, SCORE)
MULTICLASS = Answers(TRUTH, np.column_stack([1 - SCORE, SCORE]))
REGRESSION = Answers(SCORE * 3, SCORE * 3 + DRAW.normal(size=COUNT))
SEVERAL = Answers(*(np.column_stack([each, 10 * each, -each, each]) for each in (REGRESSION.truth, REGRESSION.score)))
RANKING = Answers(REGRESSION.truth.round().clip(0), REGRESSION.score, np.arange(COUNT) // 8)
UNDEFINED = {"value": None, "low": None, "high": None, "reason": "one class only"}
KNOWN = {"value": 0.8, "low": 0.7, "high": 0.9}


def shown(task: str, answers: Answers, slices: dict[str, Any] | None = None) -> Shown:
    spec = Spec.model_validate(
        {
            "spec": 1,
            "model": "m",
            "task": task,
            "owners": ["@a"],
            "data": {
                "path": "d.csv",
                "target": ["a", "b", "c", "d"] if answers.truth.ndim == 2 else "target",
                "protected": ["band"],
            },
            "train": {"run": "x"},
            "gates": [{"size": {"max": "5MB"}}],
        }
    )
    usual = {"old": {"rows": 9, "measures": {"x": UNDEFINED}}, "young": {"rows": 390, "measures": {"x": KNOWN}}}
    evaluation = {"measures": {"x": KNOWN}, "slices": {"band": usual} if slices is None else slices}
    return Shown(spec, pd.DataFrame({"band": BAND}), answers, answers.score, evaluation)


@pytest.mark.parametrize(
    ("task", "answers", "names"),
    [
        ("binary-classification", BINARY, {"roc", "calibration", "slices", "groups", "scores"}),
        ("multiclass-classification", MULTICLASS, {"calibration", "slices", "scores"}),
        ("regression", REGRESSION, {"predicted_actual", "slices", "scores"}),
        ("regression", SEVERAL, {"predicted_actual", "slices", "scores"}),
        ("ranking", RANKING, {"queries", "slices", "scores"}),
    ],
)
def test_each_task_has_its_pictures_and_they_are_the_same_each_time(
    task: str, answers: Answers, names: set[str], tmp_path: Path
) -> None:
    draw_pictures(tmp_path / "one", shown(task, answers))
    draw_pictures(tmp_path / "two", shown(task, answers))

    write_curves(tmp_path / "curves", TASKS[task], answers)
    written = {path.name for folder in ("one", "curves") for path in (tmp_path / folder).iterdir()}
    assert written == {PurePosixPath(plot.path).name for plot in plots(shown(task, answers).spec)}
    drawn = {path.stem: path.read_bytes() for path in (tmp_path / "one").iterdir()}
    assert drawn.keys() == names
    assert {content[:8] for content in drawn.values()} == {b"\x89PNG\r\n\x1a\n"}
    assert drawn == {path.stem: path.read_bytes() for path in (tmp_path / "two").iterdir()}


@pytest.mark.parametrize("task", TASKS)
def test_dvc_is_told_the_axes_that_the_curves_have(task: str, tmp_path: Path) -> None:
    numbers = {"regression": REGRESSION, "forecasting": REGRESSION, "ranking": RANKING}
    answers = {"binary-classification": BINARY, **numbers}.get(task, MULTICLASS)
    write_curves(tmp_path, TASKS[task], answers)

    for plot in plots(shown(task, answers).spec):
        if plot.x:
            points = json.loads((tmp_path / PurePosixPath(plot.path).name).read_text(encoding="utf-8"))
            assert {key for point in points for key in point} == {plot.x, plot.y}


def test_what_is_not_there_is_not_drawn(tmp_path: Path) -> None:
    draw_pictures(tmp_path, shown("regression", REGRESSION, slices={}))

    assert {path.name for path in tmp_path.iterdir()} == {"predicted_actual.png", "scores.png"}


@pytest.mark.parametrize("digits", [12, 1])
def test_the_band_is_that_of_resampled_rows(digits: int) -> None:
    """Against curves of resampled rows by scikit-learn; with ties too."""
    score = SCORE.round(digits)
    curves = []
    for _ in range(400):
        rows = DRAW.integers(0, COUNT, COUNT)
        false, true, _ = roc_curve(TRUTH[rows], score[rows], drop_intermediate=False)
        curves.append(np.interp(np.linspace(0, 1, 101), false, true))
    low, high = np.quantile(curves, [0.025, 0.975], axis=0)

    band = roc_band(Answers(TRUTH, score), confidence=0.95, seed=0)

    np.testing.assert_allclose(band.low, low, atol=0.08)
    np.testing.assert_allclose(band.high, high, atol=0.08)
    assert np.abs(band.low - low).mean() < 0.015
    assert np.abs(band.high - high).mean() < 0.015


def test_rows_of_one_group_make_the_band_wider() -> None:
    """Each row ten times, as one group: the band is that of the rows, not of ten times as many."""
    tenfold = Answers(np.repeat(TRUTH, 10), np.repeat(SCORE, 10), np.repeat(np.arange(COUNT), 10))

    single = roc_band(BINARY, confidence=0.95, seed=0)
    grouped = roc_band(tenfold, confidence=0.95, seed=0)
    naive = roc_band(Answers(tenfold.truth, tenfold.score), confidence=0.95, seed=0)

    assert (grouped.high - grouped.low).mean() == pytest.approx((single.high - single.low).mean(), rel=0.1)
    assert (naive.high - naive.low).mean() < 0.5 * (single.high - single.low).mean()


def test_many_scores_are_as_good_as_all_of_them() -> None:
    truth = np.random.default_rng(1).integers(0, 2, 20_000)
    score = np.random.default_rng(2).random(20_000) + 0.3 * truth
    false, true, _ = roc_curve(truth, score)

    band = roc_band(Answers(truth, score), confidence=0.95, seed=0)

    middle = (band.low + band.high) / 2
    np.testing.assert_allclose(middle, np.interp(band.x, false, true), atol=0.01)


def test_rates_are_those_of_the_confusion_matrix() -> None:
    found = rates(BINARY, BAND, 0.5, 0.95)

    for group in ("old", "young"):
        rows = BAND.eq(group).to_numpy()
        (tn, fp), (fn, tp) = confusion_matrix(TRUTH[rows], SCORE[rows] >= 0.5)
        assert found["true positive rate"][group].value == pytest.approx(tp / (tp + fn))
        assert found["false positive rate"][group].value == pytest.approx(fp / (fp + tn))
        assert found["selection rate"][group].value == pytest.approx((tp + fp) / rows.sum())


def test_a_rate_of_nobody_is_left_out() -> None:
    found = rates(Answers(np.where(BAND == "old", 1, TRUTH), SCORE), BAND, 0.5, 0.95)

    assert set(found["false positive rate"]) == {"young"}
    assert set(found["true positive rate"]) == {"old", "young"}


def test_of_many_slices_and_groups_the_largest_are_drawn(tmp_path: Path) -> None:
    """Three thousand lines would make a picture of 86,000 pixels, in 20 seconds."""
    many = {str(k): {"rows": k, "measures": {"x": KNOWN}} for k in range(3000)}
    every = replace(
        shown("binary-classification", BINARY, {"customer": many}),
        test=pd.DataFrame({"band": np.arange(COUNT).astype(str)}),
    )

    draw_pictures(tmp_path, every)

    for name in ("slices", "groups"):
        assert int.from_bytes((tmp_path / f"{name}.png").read_bytes()[20:24]) < 2500  # the header's height


def test_a_value_without_an_interval_lies_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the band of all rows, which is elsewhere: the axis reaches it."""
    drawn: list[Any] = []
    save = Figure.savefig
    monkeypatch.setattr(
        Figure, "savefig", lambda self, *args, **named: drawn.append(self) or save(self, *args, **named)
    )
    part = {"rows": 90, "measures": {"x": {"value": 0.99, "low": None, "high": None, "reason": "too few"}}}

    draw_pictures(tmp_path, shown("regression", REGRESSION, {"band": {"old": part}}))

    (axes,) = [axes for figure in drawn for axes in figure.axes if axes.get_xlabel().startswith("x, ")]
    assert [list(line.get_xdata()) for line in axes.get_lines()] == [[0.99]]
    assert axes.get_xlim()[0] < 0.7 < 0.99 < axes.get_xlim()[1]
    assert [text.get_text() for text in axes.texts] == ["0.99, no interval"]


def test_names_and_values_are_no_formulas_and_leave_room_for_the_bars(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Figure] = []
    save = Figure.savefig
    monkeypatch.setattr(Figure, "savefig", lambda figure, *a, **b: (drawn.append(figure), save(figure, *a, **b)))
    known = {"rows": 9, "measures": {"x": KNOWN}}
    slices = {"$x^$": {r"$\frac$": known}, "a column's name that is long" * 3: {"and a value" * 9: known}}

    draw_pictures(tmp_path, shown("multiclass-classification", MULTICLASS, slices))

    (axes,) = next(figure.axes for figure in drawn if "Slices" in str(figure.get_suptitle()))
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names[0] == r"$x^$ = $\frac$  (9)"
    assert max(map(len, names)) < 60
    assert axes.get_position().width > 0.4
