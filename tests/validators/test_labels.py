"""Measures of several labels are scikit-learn's, and so are they of rows repeated as a resample repeats them."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from mlops_validators import MEASURES, interval
from mlops_validators.answers import answers, decide
from mlops_validators.kernels import kernel

RNG = np.random.default_rng(4)
SCORE = RNG.random((500, 5)).round(1)  # ties
TRUTH = (RNG.random((500, 5)) < SCORE * [1, 0.8, 0.5, 0.2, 0.02]).astype(int)
TOLD = (SCORE >= 0.5).astype(int)
RIGHT = {
    "f1_micro": lambda y, p, s, w: metrics.f1_score(y, p, average="micro", sample_weight=w),
    "f1_macro": lambda y, p, s, w: metrics.f1_score(y, p, average="macro", sample_weight=w, zero_division=0),
    "precision_micro": lambda y, p, s, w: metrics.precision_score(y, p, average="micro", sample_weight=w),
    "precision_macro": lambda y, p, s, w: metrics.precision_score(y, p, average="macro", sample_weight=w),
    "recall_micro": lambda y, p, s, w: metrics.recall_score(y, p, average="micro", sample_weight=w),
    "recall_macro": lambda y, p, s, w: metrics.recall_score(y, p, average="macro", sample_weight=w, zero_division=0),
    "hamming_loss": lambda y, p, s, w: metrics.hamming_loss(y, p, sample_weight=w),
    "label_ranking_average_precision": (
        lambda y, p, s, w: metrics.label_ranking_average_precision_score(y, s, sample_weight=w)
    ),
}


def test_each_measure_of_labels_has_its_reference() -> None:
    assert {*RIGHT} == {name for name, one in MEASURES.items() if "multilabel-classification" in one.tasks}


@pytest.mark.parametrize("name", RIGHT)
def test_values_are_scikit_learns(name: str) -> None:
    weights = RNG.random(500)

    assert MEASURES[name](TRUTH, SCORE) == pytest.approx(RIGHT[name](TRUTH, TOLD, SCORE, None), rel=1e-12)
    assert MEASURES[name](TRUTH, SCORE, weights=weights) == pytest.approx(
        RIGHT[name](TRUTH, TOLD, SCORE, weights), rel=1e-12
    )


@pytest.mark.parametrize("name", RIGHT)
def test_resampled_values_are_scikit_learns_of_the_rows_repeated(name: str) -> None:
    drawn = RNG.multinomial(500, np.full(500, 1 / 500), size=20)
    given = answers(TRUTH, SCORE, MEASURES[name].tasks, name)

    found = kernel(MEASURES[name], given, decide(given, 0.5))(drawn)

    for value, times in zip(found, drawn, strict=True):
        rows = np.repeat(np.arange(500), times)
        assert value == pytest.approx(RIGHT[name](TRUTH[rows], TOLD[rows], SCORE[rows], None), rel=1e-12)


def test_a_row_of_all_labels_or_none_is_in_order() -> None:
    truth, score = np.array([[0, 0], [1, 1], [1, 0]]), np.array([[0.9, 0.1], [0.1, 0.9], [0.2, 0.8]])

    found = MEASURES["label_ranking_average_precision"](truth, score)

    assert found == metrics.label_ranking_average_precision_score(truth, score) == pytest.approx(2.5 / 3)


@pytest.mark.parametrize(
    ("truth", "score", "says"),
    [
        ([[0, 1], [1, 0]], [[0.1, 0.2, 0.3], [0.1, 0.2, 0.3]], "`y_true` has 2 labels, `y_score` has 3"),
        ([[0, 2], [1, 0]], [[0.1, 0.2], [0.1, 0.3]], "0 or 1 for each label"),
        ([[0, 1], [1, 0]], [0.1, 0.2], r"a matrix of truths"),
        ([0, 1], [[0.1, 0.2], [0.1, 0.3]], r"shape \(rows, labels\)"),
        ([[0, 0], [0, 0]], [[0.1, 0.2], [0.1, 0.3]], "one class only"),
    ],
)
def test_answers_of_another_shape_have_no_value(truth: object, score: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        MEASURES["hamming_loss"](truth, score)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["hamming_loss", "f1_micro", "precision_micro", "recall_micro"])
def test_a_model_that_is_hardly_ever_wrong_has_an_interval(name: str) -> None:
    """Of 400 rows three labels are told wrong: too few for a bootstrap, enough for the posterior of the rows' kinds."""
    truth = (np.random.default_rng(5).random((400, 3)) < 0.4).astype(int)
    wrong = [3, 90, 200], [0, 1, 2]
    truth[wrong] = [1, 0, 1]  # so that each measure sees one
    told = truth.copy()
    told[wrong] ^= 1

    found = interval(name, truth, np.where(told == 1, 0.9, 0.1))

    assert found.method == "dirichlet"
    assert found.value == pytest.approx(MEASURES[name](truth, told.astype(float)))
    assert found.low < found.value < found.high
    assert found.high - found.low < 0.05


@pytest.mark.slow
@pytest.mark.parametrize("name", ["hamming_loss", "f1_micro"])
@pytest.mark.parametrize(("rows", "wrong"), [(300, 0.02), (1000, 0.05)])
def test_intervals_of_rare_errors_cover(name: str, rows: int, wrong: float) -> None:
    """Errors come together in a row; 1,000 data sets each. They may cover more: the posterior leans to the worst."""

    def drawn(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
        truth = (rng.random((size, 3)) < 0.4).astype(int)
        often = np.where(rng.random((size, 1)) < wrong, 0.7, 0.3 * wrong)
        return truth, np.where(truth ^ (rng.random((size, 3)) < often), 0.9, 0.1)

    rng = np.random.default_rng(5)
    right = MEASURES[name](*drawn(rng, 1_000_000))
    found = [interval(name, *drawn(rng, rows), seed=seed, resamples=300) for seed in range(1000)]

    assert np.mean([one.low <= right <= one.high for one in found]) >= 0.93
