"""Bad input is an error that says what is wrong, for every measure."""

import numpy as np
import pytest
from sklearn import metrics

from mlops_validators import MEASURES, Interval, custom_measure, interval, paired_difference, row_measure
from tests.validators.texts import texts

CASES = [(name, task) for name, measure in MEASURES.items() for task in measure.tasks]
IDS = [f"{name}-{task}" for name, task in CASES]


def rows(task, n=200):
    rng = np.random.default_rng(8)
    if task == "regression":
        truth = rng.normal(40, 2, n)  # 0 lies too far out for a percentage error to have no end
        return truth, truth + rng.normal(size=n)
    if task == "forecasting":
        truth, naive, season = rng.normal(40, 2, n) + rng.normal(size=(3, n)) * [[0], [3], [2.5]]
        known = [np.full(n, 2.0), np.full(n, 6.0), np.arange(n) % 4, naive, season]
        return np.column_stack([truth, *known]), truth + rng.normal(size=n)
    if task == "generation":
        return texts(rng, n)
    if task == "multiclass-classification":
        score = rng.dirichlet([1, 1, 1], n)
        return np.array([rng.choice(3, p=row) for row in score]), score
    if task == "multilabel-classification":
        score = rng.random((n, 3))
        return (rng.random((n, 3)) < score).astype(int), score
    score = rng.random(n)
    return (rng.random(n) < score).astype(int), score


@pytest.mark.parametrize(("name", "task"), CASES, ids=IDS)
def test_a_value_has_an_interval_around_it(name, task):
    truth, score = rows(task, 400)

    found = interval(name, truth, score, resamples=200)

    assert isinstance(found, Interval)
    assert found.known
    assert MEASURES[name].low <= found.low <= found.value <= found.high <= MEASURES[name].high
    assert found.value == pytest.approx(MEASURES[name](truth, score))
    assert found == interval(name, truth, score, resamples=200)


@pytest.mark.parametrize(("name", "task"), CASES, ids=IDS)
def test_two_models_are_compared_on_the_same_rows(name, task):
    truth, score = rows(task)
    worse = np.roll(score, 50, axis=0)

    found = paired_difference(name, truth, score, worse, resamples=200)
    back = paired_difference(name, truth, worse, score, resamples=200)

    assert found.value == pytest.approx(MEASURES[name](truth, score) - MEASURES[name](truth, worse))
    assert back.value == pytest.approx(-found.value)
    assert found.low <= found.value <= found.high
    assert (found.value > 0) is MEASURES[name].higher_is_better


BROKEN = {
    "nan": (lambda y, s: (y, np.where(np.arange(s.size).reshape(s.shape) == 3, np.nan, s)), "NaN or infinite"),
    "infinite": (lambda y, s: (y, np.where(np.arange(s.size).reshape(s.shape) == 3, np.inf, s)), "NaN or infinite"),
    "nan target": (lambda y, s: (np.where(np.arange(y.size).reshape(y.shape) == 3, np.nan, y), s), "NaN or infinite"),
    "all nan": (lambda y, s: (y, np.full(s.shape, np.nan)), "NaN or infinite"),
    "length": (lambda y, s: (y[:-1], s), "lengths differ"),
    "empty": (lambda y, s: (y[:0], s[:0]), "empty"),
    "text": (lambda y, s: (y, s.astype(str) + "x"), "must be numbers"),
    "text target": (lambda y, s: (np.full(y.shape, "yes"), s), "must be numbers"),
    "three dimensions": (lambda y, s: (y, s.reshape(len(s), -1, 1)), "dimensions|shape"),
    "one row": (lambda y, s: (y[:1], s[:1]), "one class|one row"),
}
CLASSIFICATION = {
    "one class": (lambda y, s: (np.ones_like(y), s), "one class only"),
    "not a probability": (lambda y, s: (y, s * 3), r"outside \[0, 1\]"),
    "negative": (lambda y, s: (y, s - 0.5), r"outside \[0, 1\]"),
    "class out of range": (lambda y, s: (y + 7, s), "0 or 1|class codes"),
    "class between": (lambda y, s: (y + 0.5, s), "0 or 1|class codes"),
}


TEXTS = {
    "a number": (lambda y, s: (y, np.where(np.arange(len(s)) == 3, 0.5, s)), "1 of 200 values that are no text"),
    "none": (lambda y, s: (np.where(np.arange(len(y)) == 3, None, y), s), "1 of 200 values that are no text"),
    "length of texts": (lambda y, s: (y[:-1], s), "lengths differ"),
    "no texts": (lambda y, s: (y[:0], s[:0]), "empty"),
}
OF_TASKS = {"regression": BROKEN, "forecasting": BROKEN, "generation": TEXTS}


WRONG = [(*case, how) for case in CASES for how in OF_TASKS.get(case[1], BROKEN | CLASSIFICATION)]


@pytest.mark.parametrize(("name", "task", "how"), WRONG, ids=["-".join(each) for each in WRONG])
def test_bad_input(name, task, how):
    change, says = (BROKEN | CLASSIFICATION | TEXTS)[how]
    truth, score = change(*rows(task))

    for measured in (MEASURES[name], lambda y, s: interval(name, y, s), lambda y, s: paired_difference(name, y, s, s)):
        with pytest.raises(ValueError, match=says):
            measured(truth, score)


@pytest.mark.parametrize(
    "weights", [[1.0] * 199, [-1.0] * 200, [0.0] * 200, [np.nan] * 200], ids=["length", "negative", "zero", "nan"]
)
def test_bad_weights(weights):
    with pytest.raises(ValueError, match="weights"):
        MEASURES["log_loss"](*rows("binary-classification"), weights=weights)


def test_weights_are_scikit_learns():
    truth, score = rows("binary-classification")
    weights = np.random.default_rng(0).random(200)

    assert MEASURES["roc_auc"](truth, score, weights=weights) == metrics.roc_auc_score(
        truth, score, sample_weight=weights
    )


@pytest.mark.parametrize(
    ("name", "truth", "score", "says"),
    [
        ("precision", [0, 1, 1], [0.1, 0.2, 0.3], "undefined"),
        ("r2", [2.0, 2.0, 2.0], [1.0, 2.0, 3.0], "undefined"),
        ("mean_absolute_percentage_error", [0.0, 1.0], [1.0, 1.0], "undefined"),
        ("roc_auc_ovr", [0, 1, 1], [[0.2, 0.3, 0.5]] * 3, "no row is of class 2"),
        ("log_loss", [0, 1], [[0.5, 0.9], [0.5, 0.5]], "do not sum to 1"),
        ("roc_auc", [0, 1], [[0.5, 0.5], [0.5, 0.5]], "is for binary"),
        ("f1_macro", [0, 1], [0.5, 0.5], "is for multiclass"),
    ],
)
def test_undefined_is_not_a_number(name, truth, score, says):
    with pytest.raises(ValueError, match=says):
        interval(name, truth, score)


def test_a_class_that_is_never_told_counts_as_zero():
    """Precision of class 1 has no denominator: leaving it out would make a model look better for never saying it."""
    told = [[0.9, 0.1, 0.0], [0.9, 0.1, 0.0], [0.0, 0.1, 0.9]]

    assert MEASURES["precision_macro"]([0, 1, 2], told) == pytest.approx((0.5 + 0 + 1) / 3)


@pytest.mark.parametrize("options", [{"confidence": 1.0}, {"confidence": 95}, {"threshold": 0.0}, {"resamples": 10}])
def test_bad_options(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        interval("f1", *rows("binary-classification"), **options)


def test_an_unknown_measure_lists_the_known():
    with pytest.raises(ValueError, match="average_precision"):
        interval("auc", [0, 1], [0.1, 0.9])


def test_rows_of_a_group_are_no_independent_evidence():
    """Every row ten times says no more than every row once."""
    truth, score = rows("binary-classification", 150)
    customer = np.repeat(np.arange(150), 10)
    often = np.repeat(truth, 10), np.repeat(score, 10)

    for name in ("roc_auc", "accuracy", "f1", "log_loss"):
        once = interval(name, truth, score, method="bca")
        grouped = interval(name, *often, groups=customer, method="bca")
        single = interval(name, *often, method="bca")

        assert grouped.high - grouped.low == pytest.approx(once.high - once.low, rel=0.15)
        assert grouped.high - grouped.low > 2 * (single.high - single.low)


def test_groups_and_strata_are_checked():
    truth, score = rows("binary-classification")

    for wrong in ({"groups": [1]}, {"groups": np.ones(200)}, {"groups": truth, "strata": truth}):
        with pytest.raises(ValueError, match="groups"):
            interval("f1", truth, score, **wrong)


def test_strata_take_their_share_of_the_error():
    """When the strata decide the loss, drawing a fixed number of each leaves little to chance."""
    truth, score = rows("regression")
    easy = np.arange(200) % 2
    score = truth + 5 * easy + 0.1 * (score - truth)

    free, fixed = (interval("mean_absolute_error", truth, score, strata=by) for by in (None, easy))

    assert fixed.high - fixed.low < 0.2 * (free.high - free.low)


def test_a_measure_of_your_own_is_treated_alike():
    def mean_absolute_error(y_true, y_score):
        return float(np.abs(y_true - y_score).mean())

    own = custom_measure("own", mean_absolute_error, task="regression", higher_is_better=False)
    truth, score = rows("regression")

    found, known = (interval(measure, truth, score, method="bca") for measure in (own, "mean_absolute_error"))

    assert (found.value, found.low, found.high) == pytest.approx((known.value, known.low, known.high))
    assert paired_difference(own, truth, score, score + 1).value < 0


def test_a_measure_of_each_row_is_their_mean_to_the_last_digit():
    own = row_measure("own", lambda y, s: np.abs(y - s), task="regression", higher_is_better=False)
    truth, score = rows("regression")
    customer, weights = np.arange(200) // 4, 1 + np.arange(200) % 3

    for how in ({}, {"groups": customer}, {"weights": weights}):
        assert interval(own, truth, score, **how) == interval("mean_absolute_error", truth, score, **how)
        assert paired_difference(own, truth, score, score + 1, **how) == paired_difference(
            "mean_absolute_error", truth, score, score + 1, **how
        )


def test_a_measure_of_each_row_that_looks_at_others_is_none():
    for function, says in (
        (lambda y, s: y - s.mean(), "alone: it is no measure of each row"),
        (lambda y, s: (y - s)[1:], "199 numbers for 200 rows"),
        (lambda y, s: np.where(s > 40, np.nan, s), "NaN or infinite"),
    ):
        with pytest.raises(ValueError, match=says):
            interval(row_measure("own", function, task="regression", higher_is_better=True), *rows("regression"))
    with pytest.raises(ValueError, match="a measure already"):
        row_measure("r2", lambda y, s: y, task="regression", higher_is_better=True)


def test_a_measure_of_your_own_that_gives_no_number():
    own = custom_measure("own", lambda y, s: float("nan"), task="regression", higher_is_better=True)

    with pytest.raises(ValueError, match="own is undefined"):
        interval(own, *rows("regression"))
    with pytest.raises(ValueError, match="a measure already"):
        custom_measure("r2", lambda y, s: 0.0, task="regression", higher_is_better=True)
