"""A percentage error has no mean where the truth may come near 0; how many rows must carry a variance."""

import numpy as np
import pytest

from mlops_validators import interval, judge, paired_difference
from mlops_validators.carriers import doubt_of
from mlops_validators.near_zero import doubt_near_zero


def unknown(draw, rows=1000, times=60):
    """How many of so many samples are doubted."""
    return sum(bool(doubt_near_zero(draw(np.random.default_rng(seed), rows))) for seed in range(times))


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng, n: 20 + 3 * rng.normal(size=n) + rng.standard_t(3, n),
        lambda rng, n: 20 + rng.normal(size=n) * np.where(rng.random(n) < 0.02, 20, 3),
        lambda rng, n: rng.exponential(10, n),
        lambda rng, n: rng.normal(size=n),
        lambda rng, n: -rng.exponential(10, n),
    ],
    ids=["t(3)", "outliers", "exponential", "both signs", "below 0"],
)
def test_what_may_come_near_0_is_doubted(draw):
    assert unknown(draw) >= 54


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng, n: rng.lognormal(10, 0.5, n),
        lambda rng, n: -rng.lognormal(10, 0.3, n),
        lambda rng, n: rng.uniform(10, 30, n),
        lambda rng, n: 300 + 10 * rng.normal(size=n),
        lambda rng, n: 5 + rng.gamma(2, 5, n),
    ],
    ids=["prices", "debts", "uniform", "far from 0", "from 5 on"],
)
def test_what_stays_clear_of_0_is_not(draw):
    assert unknown(draw) <= 6


def test_the_gate_says_why_and_a_comparison_goes_on():
    rng = np.random.default_rng(0)
    truth = 20 + 3 * rng.normal(size=1000) + rng.standard_t(3, 1000)
    told, other = truth + rng.normal(size=1000), truth + rng.normal(size=1000)

    found = interval("mean_absolute_percentage_error", truth, told)
    verdict = judge(found, maximum=1e9, rows=1000)

    assert verdict.verdict == "inconclusive"
    assert "come near 0" in verdict.reason
    assert paired_difference("mean_absolute_percentage_error", truth, told, other).known


@pytest.mark.parametrize(("units", "needed"), [(100, 10), (300, 12), (1000, 20), (1_000_000, 20)])
def test_how_many_must_carry_grows_with_the_rows(units, needed):
    assert not doubt_of(needed, units)
    assert f"at least {needed} are needed" in doubt_of(needed - 0.1, units)


def test_r2_is_doubted_where_its_errors_are():
    """The spread of the truth hides the tail of the errors."""
    doubted = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        told = 20 + 3 * rng.normal(size=1000)
        truth = told + rng.standard_t(3, 1000)
        squared, r2 = (interval(name, truth, told, resamples=100) for name in ("mean_squared_error", "r2"))
        assert r2.doubt or not squared.doubt
        doubted += bool(r2.doubt)
    assert doubted >= 35
