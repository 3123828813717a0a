"""Measures without labels against the labels themselves, formulas by hand, and NannyML where it installs."""

import json
import os
import subprocess

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, brier_score_loss, mean_absolute_error, precision_score, roc_auc_score
from uv import find_uv_bin

from mlops_validators.unlabelled import Answered, answered, estimated, rows_in

BINARY = "binary-classification"


def scored(seed, count=20_000, *, centre=-1.5, wrong=0.0):
    """Truth and a score that is out of calibration by a known curve; `wrong` turns the concept."""
    rng = np.random.default_rng(seed)
    logit = rng.normal(centre, 1.5, count)
    truth = (rng.random(count) < 1 / (1 + np.exp(-logit * (1 - wrong)))).astype(int)
    return truth, 1 / (1 + np.exp(-2 * logit))


@pytest.fixture(scope="module")
def known():
    return answered(*scored(1), BINARY)


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("roc_auc", roc_auc_score),
        ("accuracy", lambda truth, score: accuracy_score(truth, score >= 0.5)),
        ("precision", lambda truth, score: precision_score(truth, score >= 0.5)),
        ("brier_score", brier_score_loss),
    ],
)
@pytest.mark.parametrize(("centre", "near"), [(-1.5, 0.012), (0.0, 0.012), (-3.0, 0.03)])
def test_it_is_what_the_labels_tell_where_only_the_inputs_moved(known, name, theirs, centre, near):
    truth, score = scored(2, centre=centre)

    found = estimated(name, score, known)

    assert found.value == pytest.approx(theirs(truth, score), abs=near)
    assert found.low < found.value < found.high


def test_it_does_not_see_that_the_concept_moved(known):
    truth, score = scored(2, wrong=1.0)

    assert roc_auc_score(truth, score) == pytest.approx(0.5, abs=0.02)
    assert estimated("roc_auc", score, known).value > 0.75


@pytest.mark.slow
def test_the_spread_is_that_of_labels_drawn_again(known):
    draws = [scored(seed, 2000) for seed in range(100, 160)]
    inside = [
        found.low <= roc_auc_score(truth, score) <= found.high
        for truth, score in draws
        for found in [estimated("roc_auc", score, known)]
    ]

    assert sum(inside) >= 52


def test_by_hand():
    known = Answered((0.5,), (10, 10), (0.2, 0.8), (0.1, 0.9), ())

    found = estimated("accuracy", [0.2, 0.8, 0.8, 0.5] * 50, known)

    assert found.value == pytest.approx((0.9 + 0.9 + 0.9 + 0.5) / 4)


def test_of_numbers_the_loss_is_that_of_answers_like_it():
    rng = np.random.default_rng(3)
    answer = rng.uniform(0, 10, 20_000)
    known = answered(answer + rng.normal(0, 0.2 + answer / 5), answer, "regression")
    moved = rng.uniform(6, 10, 5_000)
    truth = moved + rng.normal(0, 0.2 + moved / 5)

    assert estimated("mean_absolute_error", moved, known).value == pytest.approx(
        mean_absolute_error(truth, moved), rel=0.04
    )
    root = estimated("root_mean_squared_error", moved, known)
    assert root.value == pytest.approx(np.sqrt(((truth - moved) ** 2).mean()), rel=0.04)
    assert root.low < root.value < root.high


def test_what_is_not_known_is_said(known):
    with pytest.raises(ValueError, match="no measure of two classes"):
        estimated("r2", [0.5], known)
    with pytest.raises(ValueError, match="multiclass scores have shape"):
        answered([0, 1, 2], [0, 1, 2], "multiclass-classification")
    with pytest.raises(ValueError, match="only mean_absolute_error"):
        estimated("r2", [0.5], Answered((), (1,), (1.0,), (1.0,), (1.0,)))


def test_scores_beyond_all_bins_are_in_the_outer_ones():
    assert rows_in([0.2, 0.8], np.array([-1.0, 0.2, 0.5, 9.0])).tolist() == [1, 2, 1]


NANNYML = """
import json, sys, warnings
warnings.simplefilter("ignore")
import pandas as pd, nannyml as nml
old, new = (pd.read_csv(path) for path in sys.argv[1:3])
found = {}
calc = nml.CBPE(y_pred_proba="p", y_pred="label", y_true="y", problem_type="classification_binary",
                metrics=["roc_auc", "accuracy"], chunk_size=len(new))
calc.fit(old)
told = calc.estimate(new.drop(columns="y")).filter(period="analysis").to_df()
for name in ("roc_auc", "accuracy"):
    found[name] = float(told[(name, "value")].iloc[0])
print(json.dumps(found))
"""


@pytest.mark.slow
def test_it_is_nannymls_estimate(known, tmp_path):
    """In an environment of its own, for it holds pandas back."""
    python = tmp_path / "env/bin/python"
    uv = find_uv_bin()
    subprocess.run([uv, "venv", "--quiet", tmp_path / "env"], check=True)
    packages = ["nannyml==0.13.1", "statsmodels", "setuptools<81"]
    made = subprocess.run([uv, "pip", "install", "--quiet", "--python", python, *packages], check=False)
    if made.returncode:
        pytest.skip("NannyML does not install here")
    for name, (truth, score) in (("old", scored(1)), ("new", scored(2, centre=0.0))):
        lines = [f"{p},{int(p >= 0.5)},{y}\n" for p, y in zip(score.tolist(), truth.tolist(), strict=True)]
        (tmp_path / f"{name}.csv").write_text("p,label,y\n" + "".join(lines))
    (tmp_path / "theirs.py").write_text(NANNYML)

    done = subprocess.run(  # it tells its makers of each use unless it is told not to
        [python, tmp_path / "theirs.py", tmp_path / "old.csv", tmp_path / "new.csv"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "NML_DISABLE_USAGE_LOGGING": "1"},
    )

    theirs = json.loads(done.stdout.splitlines()[-1])
    score = scored(2, centre=0.0)[1]
    for name, value in theirs.items():
        assert estimated(name, score, known).value == pytest.approx(value, abs=0.01), theirs


def drawn_classes(seed, sure):
    """Probabilities of three classes that come true; with less `sure` they lie nearer together."""
    draw = np.random.default_rng(seed)
    odds = np.exp(sure * draw.normal(size=(20_000, 3)))
    score = odds / odds.sum(axis=1, keepdims=True)
    return (draw.random((20_000, 1)) > score.cumsum(axis=1)).sum(axis=1), score


def drawn_numbers(seed, least):
    """Values that are the further off the greater they are predicted."""
    draw = np.random.default_rng(seed)
    predicted = draw.uniform(least, 10, 20_000)
    return predicted + draw.normal(0, 0.2 + predicted / 5), predicted


def test_several_classes_and_numbers_are_nannymls_too():
    """What NannyML 0.13.1 gave for these very rows: its CBPE with `classification_multiclass`, and its DLE whose one
    feature was the prediction, each with one chunk of all new rows. The labels themselves give 0.531, 1.437 and 1.811.
    """
    classes = estimated(
        "accuracy", drawn_classes(2, 0.7)[1], answered(*drawn_classes(1, 2.0), "multiclass-classification")
    )
    known = answered(*drawn_numbers(3, 0), "regression")

    assert classes.value == pytest.approx(0.52831, abs=0.01)
    for name, theirs in (("mean_absolute_error", 1.4419), ("root_mean_squared_error", 1.8214)):
        assert estimated(name, drawn_numbers(4, 6)[1], known).value == pytest.approx(theirs, rel=0.01)
