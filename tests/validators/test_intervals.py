"""Several measures of the same rows: each as alone, from resamples that are drawn once."""

import numpy as np
import pytest

from mlops_validators import MEASURES, bootstrap, interval, intervals
from mlops_validators.intervals import TOGETHER

NAMES = [name for name, measure in MEASURES.items() if "binary-classification" in measure.tasks]
ROWS = 1500


def answers(rows=ROWS):
    rng = np.random.default_rng(0)
    return (rng.random(rows) < 0.3).astype(int), rng.random(rows).round(2)


@pytest.fixture
def drawn(monkeypatch):
    """How many resamples were drawn of designs of so many weights."""
    times: dict[int, int] = {}
    draw = bootstrap.draw

    def counted(design, rng, resamples):
        times[len(design.counts)] = times.get(len(design.counts), 0) + resamples
        return draw(design, rng, resamples)

    monkeypatch.setattr(bootstrap, "draw", counted)
    return times


@pytest.mark.parametrize("method", ["auto", "percentile"])
@pytest.mark.parametrize("how", ["singly", "groups", "strata"])
def test_each_is_what_it_is_alone(how, method):
    truth, score = answers()
    given = {"method": method, "resamples": 100, "seed": 3, "threshold": 0.4}
    if how != "singly":
        given[how] = np.random.default_rng(1).integers(0, 200, ROWS)

    together = intervals(NAMES, truth, score, **given)

    assert together == [interval(name, truth, score, **given) for name in NAMES]


def test_the_order_is_the_one_asked_for():
    found = intervals(["f1", "brier_score", "roc_auc", "log_loss"], *answers(), resamples=100)

    assert [each.method for each in found] == ["dirichlet", "bootstrap-t", "delong", "bootstrap-t"]
    assert found[1].value < 0.5 < found[3].value


def test_resamples_are_drawn_once(drawn):
    intervals(["average_precision", "brier_score", "log_loss", "expected_calibration_error"], *answers(), resamples=200)

    assert drawn == {ROWS: 200}


def test_so_many_rows_that_measures_are_resampled_apart(drawn):
    intervals(["brier_score", "log_loss", "expected_calibration_error"], *answers(TOGETHER // 2), resamples=100)

    assert drawn == {TOGETHER // 2: 200}


def test_what_is_undefined_says_why_and_the_others_are_measured():
    names = ["mean_absolute_error", "mean_absolute_percentage_error", "no_such"]
    error, *others = intervals(names, [0.0, 1.5, 2.0], [0.5, 1.5, 1.0], resamples=100)

    assert error.value == pytest.approx(0.5)
    assert [str(other).partition(";")[0] for other in others] == [
        "mean_absolute_percentage_error is undefined where `y_true` is 0",
        "no measure `no_such`",
    ]
    assert [other.__traceback__ for other in others] == [None] * 2  # it would keep the arrays


@pytest.mark.parametrize("wrong", [{"confidence": 1.0}, {"resamples": 50}])
def test_what_is_asked_wrongly_is_raised(wrong):
    with pytest.raises(ValueError, match=r"confidence|resamples"):
        intervals(["brier_score"], *answers(), **wrong)
