"""A kernel on weights gives what scikit-learn gives on the rows repeated so often."""

import numpy as np
import pytest

from mlops_validators import MEASURES, custom_measure, estimate
from mlops_validators.answers import answers, decide
from mlops_validators.kernels import kernel
from tests.validators.texts import texts

CASES = [(name, task) for name, measure in MEASURES.items() for task in measure.tasks]


def rows(task, rng, n=240):
    if task == "regression":
        truth = rng.gamma(2.0, size=n) + 0.1
        return truth, truth + rng.normal(size=n).round(1)
    if task == "forecasting":
        truth, naive, season = rng.normal(40, 2, n) + rng.normal(size=(3, n)) * [[0], [3], [2.5]]
        known = [np.full(n, 2.0), np.full(n, 6.0), np.arange(n) % 4, naive, season]
        return np.column_stack([truth, *known]), truth + rng.normal(size=n)
    if task == "generation":
        return texts(rng, n)
    if task == "multiclass-classification":
        score = rng.dirichlet([1, 1, 1, 1], n)
        return np.array([rng.choice(4, p=row) for row in score]), score
    if task == "multilabel-classification":
        score = rng.random((n, 3)).round(2)
        return (rng.random((n, 3)) < score).astype(int), score
    score = rng.random(n).round(2)
    return (rng.random(n) < score).astype(int), score


@pytest.mark.parametrize(("name", "task"), [case for case in CASES if case[0] != "rmsse"])
def test_weights_are_repetitions(name, task):
    rng = np.random.default_rng(5)
    truth, score = rows(task, rng)
    measure = MEASURES[name]
    given = answers(truth, score, measure.tasks, name)
    labels = decide(given, 0.5) if measure.needs == "label" else None
    weights = rng.poisson(1, (4, len(truth)))

    found = kernel(measure, given, labels)(weights)

    assert found == pytest.approx(
        [measure(np.repeat(truth, w, axis=0), np.repeat(score, w, axis=0)) for w in weights], abs=1e-12
    )


def test_a_series_counts_what_its_rows_count_on_average():
    """A series that is repeated is one more, a row of it that is repeated is none: `rmsse` has a test of its own."""
    rng = np.random.default_rng(5)
    truth, score = rows("forecasting", rng)
    weights = rng.poisson(1, len(truth))
    measure, series = MEASURES["rmsse"], truth[:, 3]
    roots, counts = [], []
    for each in range(4):
        own = np.repeat(np.flatnonzero(series == each), weights[series == each])
        roots.append(np.sqrt(np.mean((truth[own, 0] - score[own]) ** 2 / 6.0)))
        counts.append(weights[series == each].mean())

    (found,) = kernel(measure, answers(truth, score, measure.tasks, "rmsse"), None)(weights[np.newaxis])

    assert found == pytest.approx(np.average(roots, weights=counts), abs=1e-12)


@pytest.mark.parametrize(("name", "task"), CASES)
def test_an_estimate_is_the_measure(name, task):
    truth, score = rows(task, np.random.default_rng(6))

    assert estimate(name, truth, score, threshold=0.4) == pytest.approx(
        MEASURES[name](truth, score, threshold=0.4), abs=1e-12
    )


def test_a_measure_of_ones_own_is_estimated_by_itself():
    worst = custom_measure("worst", lambda y, p: float(abs(y - p).max()), task="regression", higher_is_better=False)

    assert estimate(worst, [1.0, 2.0], [1.5, 4.0]) == 2.0


def test_what_is_undefined_has_no_estimate():
    with pytest.raises(ValueError, match="one class only"):
        estimate("roc_auc", [1, 1, 1], [0.1, 0.2, 0.3])
