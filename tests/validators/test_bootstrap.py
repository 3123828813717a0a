"""Resampling: its law, its quantiles, and what happens where a measure is undefined."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mlops_validators.bootstrap import POISSON, Design, acceleration, bca, draw, jackknife, percentile, replicates
from mlops_validators.weighted import of_mean


def plain(rows):
    return Design(np.ones(rows, dtype=np.intp))


def test_bca_agrees_with_scipy():
    values = np.random.default_rng(3).lognormal(size=150)
    mean = of_mean(values)

    drawn = replicates([mean], plain(150), resamples=20_000, seed=1)[0]
    found = bca(values.mean(), drawn, acceleration(*jackknife(mean, plain(150))), 0.95)

    reference = stats.bootstrap((values,), np.mean, n_resamples=20_000, method="BCa", rng=1).confidence_interval
    assert found == pytest.approx((reference.low, reference.high), rel=0.01)


def test_many_rows_have_the_same_law_as_few():
    """Poisson weights beyond 1,000 rows: the mean's error is what the theory says."""
    values = np.random.default_rng(4).exponential(size=5000)

    drawn = replicates([of_mean(values)], plain(5000), resamples=4000, seed=1)[0]

    assert drawn.std() == pytest.approx(values.std() / np.sqrt(5000), rel=0.04)
    assert drawn.mean() == pytest.approx(values.mean(), abs=4 * drawn.std() / np.sqrt(4000))


def test_the_poisson_table_has_mean_and_variance_one():
    assert POISSON.mean() == pytest.approx(1, abs=1e-4)
    assert POISSON.var() == pytest.approx(1, abs=1e-3)


def test_merged_rows_have_the_same_law_as_rows():
    value, counts = np.array([0.0, 1.0, 5.0]), np.array([500, 300, 100])

    merged = replicates([of_mean(value)], Design(counts), resamples=8000, seed=1)[0]
    single = replicates([of_mean(np.repeat(value, counts))], plain(900), resamples=8000, seed=2)[0]

    assert merged.std() == pytest.approx(single.std(), rel=0.04)
    assert acceleration(*jackknife(of_mean(value), Design(counts))) == pytest.approx(
        acceleration(*jackknife(of_mean(np.repeat(value, counts)), plain(900))), rel=0.25
    )


def test_groups_are_drawn_whole():
    cluster = np.repeat(np.arange(30), 4)

    weights = draw(Design(np.ones(120, dtype=np.intp), cluster=cluster), np.random.default_rng(0), 50)

    assert (weights.reshape(50, 30, 4) == weights.reshape(50, 30, 4)[:, :, :1]).all()
    assert (weights.sum(axis=1) == 120).all()


@pytest.mark.parametrize("rows", [60, 3000])
def test_strata_keep_their_size(rows):
    stratum = np.repeat([0, 1, 1], rows)

    weights = draw(Design(np.ones(3 * rows, dtype=np.intp), stratum=stratum), np.random.default_rng(0), 20)

    assert weights[:, :rows].sum(axis=1) == pytest.approx(np.full(20, rows))
    assert weights[:, rows:].sum(axis=1) == pytest.approx(np.full(20, 2 * rows))


def test_undefined_replicates_widen_and_too_many_say_nothing():
    drawn = np.arange(1000.0)
    few, many = drawn.copy(), drawn.copy()
    few[500:510] = np.nan
    many[500:530] = np.nan

    assert percentile(few, 0.95)[0] < percentile(drawn, 0.95)[0]
    assert percentile(few, 0.95)[1] > percentile(drawn, 0.95)[1]
    assert percentile(many, 0.95) == (-np.inf, np.inf)


def test_a_seed_fixes_the_numbers():
    values = np.arange(50.0)

    one, again, other = (replicates([of_mean(values)], plain(50), resamples=100, seed=seed)[0] for seed in (1, 1, 2))

    assert (one == again).all()
    assert not (one == other).all()


def test_too_few_resamples():
    with pytest.raises(ValueError, match="tails"):
        replicates([of_mean(np.arange(5.0))], plain(5), resamples=50, seed=0)[0]


@given(st.lists(st.floats(-1e6, 1e6), min_size=100, max_size=300), st.floats(0.5, 0.99))
def test_an_interval_is_in_order(drawn, confidence):
    low, high = percentile(np.array(drawn), confidence)

    assert min(drawn) <= low <= high <= max(drawn)
