"""The bootstrap-t: its standard errors against the theory, and what it does not dare to say."""

import numpy as np
import pytest

from mlops_validators import MEASURES, interval, judge, paired_difference
from mlops_validators.answers import answers
from mlops_validators.bootstrap import single
from mlops_validators.carriers import carriers
from mlops_validators.designs import design_of
from mlops_validators.kernels import kernel
from mlops_validators.studentized import Units
from mlops_validators.weighted import of_mean

SMOOTH = ["r2", "explained_variance", "mean_absolute_error", "mean_squared_error", "root_mean_squared_error"]


def regression(rows, seed=0):
    rng = np.random.default_rng(seed)
    truth = 10 + 2 * rng.normal(size=rows)
    return truth, truth + rng.normal(size=rows)


def test_the_error_of_a_mean():
    value = np.random.default_rng(0).exponential(size=500)

    assert Units(of_mean(value), single(500)).measured == pytest.approx((value.mean(), value.std() / np.sqrt(500)))


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("how", ["singly", "groups", "weights"])
def test_the_error_is_that_of_other_samples(name, how):
    """Of 200 samples, whose spread is known within 5 %."""
    customer = np.repeat(np.arange(50), 10)

    def measured(seed):
        truth, score = regression(500, seed)
        rng = np.random.default_rng(1000 + seed)
        if how == "groups":
            truth = truth + np.repeat(rng.normal(size=50), 10)
        weight = rng.random(500) + 0.2 if how == "weights" else None
        given = answers(truth, score, MEASURES[name].tasks, name)
        design = design_of(500, customer if how == "groups" else None, None, weight)
        return Units(kernel(MEASURES[name], given, None), design).measured

    values, errors = np.array([measured(seed) for seed in range(200)]).T

    assert errors.mean() == pytest.approx(values.std(), rel=0.18)


def test_strata_take_off_what_lies_between_them():
    truth, _ = regression(600)
    stratum = np.repeat([0, 1, 2], 200)
    truth = truth + 100 * stratum

    free, fixed = (Units(of_mean(truth), design_of(600, None, strata, None)).measured[1] for strata in (None, stratum))

    assert fixed == pytest.approx(np.sqrt(sum(truth[stratum == k].var() for k in range(3)) * 200) / 600)
    assert fixed < free / 20


@pytest.mark.parametrize("name", SMOOTH)
def test_outliers_that_decide_leave_it_unknown(name):
    """One error in a hundred is twenty times the others: a sample may hold five of them, or fifteen."""
    truth, score = regression(1000)
    score[::100] += 40

    found = interval(name, truth, score)

    assert not found.known
    assert np.isfinite(found.value)
    told = (
        judge(found, minimum=-1e9, rows=1000)
        if MEASURES[name].higher_is_better
        else judge(found, maximum=1e9, rows=1000)
    )
    assert told.verdict == "inconclusive"
    assert "of 1,000 rows" in told.reason


def test_values_near_the_greatest_have_an_interval():
    truth, score = regression(1000)

    small, large = (interval("mean_squared_error", scale * truth, scale * score) for scale in (1.0, 1e100))

    assert large.low == pytest.approx(small.low * 1e200)


@pytest.mark.parametrize("name", ["root_mean_squared_error", "r2", "mean_absolute_error"])
def test_a_pair_whose_errors_hardly_differ(name):
    truth, score = regression(1000)
    other = score + 0.1 * np.random.default_rng(1).normal(size=1000)

    found = paired_difference(name, truth, other, score)

    assert found.method == "bootstrap-t"
    assert found.low < MEASURES[name](truth, other) - MEASURES[name](truth, score) < found.high
    assert found.high - found.low < 0.05


def test_carriers_are_rows_over_kurtosis():
    normal = np.random.default_rng(0).normal(size=100_000)

    assert carriers([normal - normal.mean()]) / 100_000 == pytest.approx(1 / 3, abs=0.01)
    assert carriers([np.zeros(5)]) == 0
