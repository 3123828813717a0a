"""Ten million rows and five thousand columns end in a result or a clear error, in a time that grows with the rows."""

import time

import numpy as np
import pytest

from mlops_validators import MEASURES, interval, judge, paired_difference
from mlops_validators.categories import categories, crossed
from mlops_validators.drift import drift, drifted
from mlops_validators.fairness import Groups, count_groups, disparity_interval
from mlops_validators.leak import judge_twins, near_twins
from mlops_validators.target_leaks import revealing
from mlops_validators.weak_slices import judge_search, search_slices

MANY, WIDE = 10_000_000, 5_000
pytestmark = pytest.mark.slow
VECTORS = [name for name, each in MEASURES.items() if each.tasks[0] != "multiclass-classification"]
MATRICES = [name for name, each in MEASURES.items() if "multiclass-classification" in each.tasks]


def vectors(name, rows):
    """The truth, and two models' answers."""
    rng = np.random.default_rng(0)
    if MEASURES[name].tasks == ("regression",):
        truth = 10 + rng.normal(size=rows)
        return truth, truth + rng.normal(size=rows), truth + rng.normal(size=rows)
    truth = (rng.random(rows) < 0.3).astype(int)
    return truth, *(0.7 * rng.random(rows) + 0.3 * truth for _ in range(2))


def matrix(rows, classes):
    rng = np.random.default_rng(0)
    score = rng.random((rows, classes))
    return np.r_[np.arange(classes), rng.integers(0, classes, rows - classes)], score / score.sum(axis=1, keepdims=True)


def seconds(call):
    start = time.process_time()
    call()
    return time.process_time() - start


@pytest.mark.parametrize("name", ["roc_auc", "average_precision", "brier_score", "f1", "r2", "median_absolute_error"])
def test_ten_million_rows_of_a_measure(name):
    truth, one, two = vectors(name, MANY)

    found = interval(name, truth, one, resamples=100, method="auto" if name in {"roc_auc", "f1"} else "percentile")

    assert judge(found, minimum=found.low - 0.1, rows=MANY).verdict == "pass"
    if name in {"roc_auc", "f1"}:
        assert paired_difference(name, truth, one, two, resamples=100).known


@pytest.mark.parametrize("how", [{}, {"groups": True}, {"strata": True}], ids=["singly", "groups", "strata"])
@pytest.mark.parametrize("name", VECTORS)
def test_ten_times_the_rows_take_ten_times_as_long(name, how):
    """Twenty, to allow for caches; a quadratic one would take a hundred. Groups and strata are of two rows each."""
    taken = []
    for rows in (30_000, 300_000):
        truth, score, _ = vectors(name, rows)
        given = {key: np.arange(rows) // 2 for key in how}
        taken.append(seconds(lambda t=truth, s=score, g=given: interval(name, t, s, resamples=100, **g)))

    assert taken[1] <= 20 * max(taken[0], 0.05)


@pytest.mark.parametrize("name", MATRICES)
def test_five_thousand_classes(name):
    """Of one row to a class most are in no resample: an area of each class is undefined there, so nothing is known."""
    truth, score = matrix(6_000, WIDE)

    found = interval(name, truth, score, resamples=100, method="percentile")

    assert found.known is (name != "roc_auc_ovr")


@pytest.mark.parametrize("method", ["psi", "ks", "chi2", "jensen_shannon", "wasserstein"])
def test_ten_million_rows_of_a_column(method):
    rng = np.random.default_rng(0)

    assert drift(method, rng.normal(size=MANY), rng.normal(size=MANY) + 0.5).value > 0.1


def test_five_thousand_columns():
    rng = np.random.default_rng(0)
    columns = {f"c{k}": drift("psi", rng.normal(size=500), rng.normal(size=500) + (k < 3)) for k in range(WIDE)}

    assert drifted(columns, maximum=0.2) == ["c0", "c1", "c2"]


def wide(rows):
    rng = np.random.default_rng(rows)
    return {f"c{k}": rng.normal(size=rows) for k in range(WIDE)}


def test_near_copies_among_five_thousand_columns():
    train, test = wide(7_500), wide(2_500)
    for name in train:
        test[name][:9] = train[name][:9] + (name == "c7")

    found = near_twins(train, test)

    assert [(look.cells, look.mixed) for look in found] == [(9, 9), (9, 9)]
    assert judge_twins(found, 2_500).verdict == "fail"


def test_near_copies_among_ten_million_rows():
    rng = np.random.default_rng(0)
    train, test = ({f"c{k}": rng.normal(size=rows) for k in range(3)} for rows in (MANY, 1_000))

    assert judge_twins(near_twins(train, test), 1_000).verdict == "pass"


def test_a_feature_among_five_thousand_gives_the_target_away():
    features = wide(5_000)
    target = (features["c7"] > 0).astype(int)

    assert [found.column for found in revealing(features, target, "binary-classification")] == ["c7"]


def test_slices_of_five_thousand_columns():
    features = wide(4_000)
    truth, score, _ = vectors("roc_auc", 4_000)

    found = search_slices("roc_auc", truth, score, features)

    assert len(found.slices) == 4 * WIDE
    assert judge_search(found, minimum=0.5)[0].verdict == "pass"


def test_ten_million_names():
    names = np.arange(MANY) // 2

    assert len(categories(names).names) == MANY // 2
    assert len(crossed([names % 5_000, names % 3]).names) == 15_000


def test_groups_of_ten_million_rows():
    truth, score, _ = vectors("roc_auc", MANY)
    label = (score > 0.5).astype(int)

    assert disparity_interval("equalized_odds_difference", count_groups(truth, label, np.arange(MANY) % 5)).known
    with pytest.raises(ValueError, match="1,000,000 groups are more than the 200"):
        disparity_interval("demographic_parity_difference", count_groups(truth, label, np.arange(MANY) // 10))


def test_two_hundred_groups():
    counts = np.random.default_rng(0).integers(50, 90, (200, 2, 2))

    assert disparity_interval("equalized_odds_ratio", Groups(tuple(map(str, range(200))), counts)).known
